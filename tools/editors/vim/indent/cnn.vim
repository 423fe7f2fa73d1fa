" Fovea's .cnn files: two columns per body; a stage stands below the arrow above it.
" Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
" SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

if exists("b:did_indent")
  finish
endif
let b:did_indent = 1

setlocal indentexpr=CnnIndent() indentkeys=0},0{,!^F,o,O,e,<>>
let b:undo_indent = "setlocal indentexpr< indentkeys<"

if exists("*CnnIndent")
  finish
endif

function CnnIndent()
  let above = prevnonblank(v:lnum - 1)
  if above == 0
    return 0
  endif
  let code = substitute(getline(above), '\s*#.*$', '', '')
  if getline(v:lnum) =~ '^\s*->' && code =~ '->'
    return match(code, '->')
  endif
  " A statement that was broken began further up.
  let first = above
  while first > 1 && getline(first) =~ '^\s*->'
    let first = prevnonblank(first - 1)
  endwhile
  let column = indent(first)
  if code =~ '{$'
    let column += shiftwidth()
  endif
  return getline(v:lnum) =~ '^\s*}' ? column - shiftwidth() : column
endfunction
