" Fovea's .cnn files: comments, and = formats as `fovea fmt` does.
" Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
" SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s textwidth=100 shiftwidth=2 expandtab
setlocal formatoptions-=t
" The whole file only: gg=G, or :%!fovea fmt -
if executable("fovea")
  setlocal formatprg=fovea\ fmt\ -
endif

let b:undo_ftplugin = "setlocal comments< commentstring< textwidth< shiftwidth< expandtab< formatoptions< formatprg<"
