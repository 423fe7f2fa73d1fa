" Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
" SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"
" Shows how the file in the buffer is coloured, word by word, and how it is indented anew.
filetype plugin indent on
syntax on
edit $CNN_FILE
let shown = []
for number in range(1, line('$'))
  let column = 1
  let before = ''
  while column <= len(getline(number))
    let group = synIDattr(synID(number, column, 1), 'name')
    if group != before && group != ''
      call add(shown, number . ':' . column . ' ' . group)
    endif
    let before = group
    let column += 1
  endwhile
endfor
normal gg=G
call writefile(shown + ['indented:'] + getline(1, '$'), $CNN_OUTPUT)
quitall!
