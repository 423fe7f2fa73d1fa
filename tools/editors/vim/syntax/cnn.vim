" Fovea's .cnn files.
" Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
" SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

if exists("b:current_syntax")
  finish
endif

syn keyword cnnConditional if else
syn keyword cnnRepeat for in
syn keyword cnnReturn return
syn keyword cnnOperatorWord and or not
syn keyword cnnBoolean true false
syn keyword cnnDefinition block network def
syn keyword cnnImport import
syn keyword cnnStatement input output layer require labels unused as
syn keyword cnnType int float bool string list tensor f32 f16 bf16 f64 i8 u8 i32 i64
syn keyword cnnLayer conv conv_transpose linear batch_norm normalize dropout relu relu6 tanh sigmoid gelu
syn keyword cnnLayer softmax max_pool avg_pool global_avg_pool global_max_pool add concat split channel_shuffle spatial_shift
syn keyword cnnLayer resize crop center_crop pad flatten

" Functions, where they are called.
syn match cnnFunction /\<\%(abs\|ceil\|float\|floor\|int\|len\|max\|min\|round\|sqrt\|sum\)\>\ze\s*(/
syn match cnnDefined /\%(^\s*\%(block\|network\|def\)\s\+\)\@<=\h\w*/
syn match cnnHint /@\s*\h\w*/
" A name before a colon is a label; a parameter if a type follows.
syn match cnnLabel /\<\h\w*\ze:\s*\h/
syn match cnnParameter /\<\h\w*\ze:\s*\%(int\|float\|bool\|string\|list\|tensor\|block\)\>/
syn match cnnArgument /\<\h\w*\ze\s*=[^=]/
syn match cnnNumber /\<\d\+\%(\.\d\+\)\=\%([eE][+-]\=\d\+\)\=\>/
syn match cnnArrow /->/

syn match cnnComment /#.*$/ contains=cnnTodo,@Spell
syn keyword cnnTodo TODO FIXME XXX contained

syn region cnnString start=/"/ skip=/\\./ end=/"\|$/ contains=cnnEscape,cnnInterpolation
syn match cnnEscape /\\[nt\\"]\|{{\|}}/ contained
syn region cnnInterpolation matchgroup=cnnEscape start=/{{\@!/ end=/}/ oneline contained contains=cnnNumber,cnnFunction,cnnConditional,cnnOperatorWord,cnnBoolean

hi def link cnnConditional Conditional
hi def link cnnRepeat Repeat
hi def link cnnReturn Statement
hi def link cnnOperatorWord Operator
hi def link cnnBoolean Boolean
hi def link cnnDefinition Structure
hi def link cnnImport Include
hi def link cnnStatement Keyword
hi def link cnnType Type
hi def link cnnLayer Function
hi def link cnnFunction Function
hi def link cnnDefined Identifier
hi def link cnnHint PreProc
hi def link cnnLabel Tag
hi def link cnnParameter Identifier
hi def link cnnArgument Identifier
hi def link cnnNumber Number
hi def link cnnArrow Operator
hi def link cnnComment Comment
hi def link cnnTodo Todo
hi def link cnnString String
hi def link cnnEscape SpecialChar

let b:current_syntax = "cnn"
