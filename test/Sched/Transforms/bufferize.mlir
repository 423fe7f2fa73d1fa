// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-bufferize))' | FileCheck %s
// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-bufferize))' --remarks-filter=copy --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

#layout = #sched.layout<[0, 1, 2, 3], block = 8>
#plain = #sched.layout<[0, 1, 2, 3], block = 1>

// Both operands of the concat are written into their halves of one buffer; the input and the output are the caller's.
// CHECK-LABEL: @concat
// CHECK-SAME: (%[[X:.*]]: memref<1x8x2x2x1xf32, {{.*}}>, %[[OUT:.*]]: memref<1x16x2x2x1xf32, {{.*}}> {sched.output})
// CHECK: %[[CAT:.*]] = sched.alloc "cat" : memref<1x2x2x2x8xf32, strided<[64, 32, 16, 8, 1]>>
// CHECK-NOT: sched.alloc
// CHECK: %[[A:.*]] = sched.view %[[CAT]] {name = "a", offset = 0 : i64}
// CHECK-SAME: to memref<1x1x2x2x8xf32, strided<[64, 32, 16, 8, 1]>>
// CHECK: sched.kernel "a" ins(%[[X]] : {{.*}}) outs(%[[A]] :
// CHECK: %[[B:.*]] = sched.view %[[CAT]] {name = "b", offset = 32 : i64}
// CHECK: sched.kernel "b" ins(%[[X]] : {{.*}}) outs(%[[B]] :
// CHECK: sched.kernel "c" ins(%[[CAT]] : {{.*}}) outs(%[[OUT]] :
// CHECK-NOT: sched.kernel
func.func @concat(%x: tensor<1x8x2x2xf32, #plain>) -> tensor<1x16x2x2xf32, #plain> {
  %a = sched.kernel "a" ins(%x : tensor<1x8x2x2xf32, #plain>) -> tensor<1x8x2x2xf32, #layout> {
  ^bb0(%i: tensor<1x8x2x2xf32, #plain>):
    %t = sched.stage relu(%i) {name = "a"} : (tensor<1x8x2x2xf32, #plain>) -> tensor<1x8x2x2xf32, #layout>
    sched.yield %t : tensor<1x8x2x2xf32, #layout>
  }
  %b = sched.kernel "b" ins(%x : tensor<1x8x2x2xf32, #plain>) -> tensor<1x8x2x2xf32, #layout> {
  ^bb0(%i: tensor<1x8x2x2xf32, #plain>):
    %t = sched.stage tanh(%i) {name = "b"} : (tensor<1x8x2x2xf32, #plain>) -> tensor<1x8x2x2xf32, #layout>
    sched.yield %t : tensor<1x8x2x2xf32, #layout>
  }
  %cat = sched.concat %a, %b {axis = 1 : i64, name = "cat"} : (tensor<1x8x2x2xf32, #layout>, tensor<1x8x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #layout>
  %c = sched.kernel "c" ins(%cat : tensor<1x16x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #plain> {
  ^bb0(%i: tensor<1x16x2x2xf32, #layout>):
    %t = sched.stage copy(%i) {name = "c"} : (tensor<1x16x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #plain>
    sched.yield %t : tensor<1x16x2x2xf32, #plain>
  }
  return %c : tensor<1x16x2x2xf32, #plain>
}

// -----

#layout = #sched.layout<[0, 1, 2, 3], block = 8>
#plain = #sched.layout<[0, 1, 2, 3], block = 1>

// The unit of ShuffleNet v2: one half passes, the other is computed anew and takes the place of what it was made from.
// CHECK-LABEL: @in_place
// CHECK: %[[CAT:.*]] = sched.alloc "cat"
// CHECK: sched.kernel "s" {{.*}} outs(%[[CAT]] :
// CHECK: %[[IN:.*]] = sched.view %[[CAT]] {name = "half", offset = 32 : i64}
// CHECK: sched.kernel "mid" ins(%[[IN]] : {{.*}}) outs(%[[MID:.*]] : memref
// CHECK: %[[BACK:.*]] = sched.view %[[CAT]] {name = "y", offset = 32 : i64}
// CHECK: sched.kernel "y" ins(%[[MID]] : {{.*}}) outs(%[[BACK]] :
// CHECK: sched.kernel "r" ins(%[[CAT]] :
// CHECK-NOT: sched.kernel
func.func @in_place(%x: tensor<1x16x2x2xf32, #plain>) -> tensor<1x16x2x2xf32, #plain> {
  %s = sched.kernel "s" ins(%x : tensor<1x16x2x2xf32, #plain>) -> tensor<1x16x2x2xf32, #layout> {
  ^bb0(%i: tensor<1x16x2x2xf32, #plain>):
    %t = sched.stage relu(%i) {name = "s"} : (tensor<1x16x2x2xf32, #plain>) -> tensor<1x16x2x2xf32, #layout>
    sched.yield %t : tensor<1x16x2x2xf32, #layout>
  }
  %p = sched.slice %s {axis = 1 : i64, offset = 0 : i64, name = "half"} : (tensor<1x16x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout>
  %q = sched.slice %s {axis = 1 : i64, offset = 8 : i64, name = "half"} : (tensor<1x16x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout>
  %m = sched.kernel "mid" ins(%q : tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout> {
  ^bb0(%i: tensor<1x8x2x2xf32, #layout>):
    %t = sched.stage relu(%i) {name = "mid"} : (tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout>
    sched.yield %t : tensor<1x8x2x2xf32, #layout>
  }
  %y = sched.kernel "y" ins(%m : tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout> {
  ^bb0(%i: tensor<1x8x2x2xf32, #layout>):
    %t = sched.stage relu(%i) {name = "y"} : (tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout>
    sched.yield %t : tensor<1x8x2x2xf32, #layout>
  }
  %cat = sched.concat %p, %y {axis = 1 : i64, name = "cat"} : (tensor<1x8x2x2xf32, #layout>, tensor<1x8x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #layout>
  %r = sched.kernel "r" ins(%cat : tensor<1x16x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #plain> {
  ^bb0(%i: tensor<1x16x2x2xf32, #layout>):
    %t = sched.stage copy(%i) {name = "r"} : (tensor<1x16x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #plain>
    sched.yield %t : tensor<1x16x2x2xf32, #plain>
  }
  return %r : tensor<1x16x2x2xf32, #plain>
}

// -----

#layout = #sched.layout<[0, 1, 2, 3], block = 8>
#plain = #sched.layout<[0, 1, 2, 3], block = 1>

// As before, but the half is read again after the new one is made: they cannot share their place.
// CHECK-LABEL: @still_read
// CHECK: sched.kernel "cat.copy"
func.func @still_read(%x: tensor<1x16x2x2xf32, #plain>) -> (tensor<1x16x2x2xf32, #plain>, tensor<1x8x2x2xf32, #plain>) {
  %s = sched.kernel "s" ins(%x : tensor<1x16x2x2xf32, #plain>) -> tensor<1x16x2x2xf32, #layout> {
  ^bb0(%i: tensor<1x16x2x2xf32, #plain>):
    %t = sched.stage relu(%i) {name = "s"} : (tensor<1x16x2x2xf32, #plain>) -> tensor<1x16x2x2xf32, #layout>
    sched.yield %t : tensor<1x16x2x2xf32, #layout>
  }
  %p = sched.slice %s {axis = 1 : i64, offset = 0 : i64, name = "half"} : (tensor<1x16x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout>
  %q = sched.slice %s {axis = 1 : i64, offset = 8 : i64, name = "half"} : (tensor<1x16x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout>
  %y = sched.kernel "y" ins(%q : tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout> {
  ^bb0(%i: tensor<1x8x2x2xf32, #layout>):
    %t = sched.stage relu(%i) {name = "y"} : (tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #layout>
    sched.yield %t : tensor<1x8x2x2xf32, #layout>
  }
  %z = sched.kernel "z" ins(%q : tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #plain> {
  ^bb0(%i: tensor<1x8x2x2xf32, #layout>):
    %t = sched.stage relu(%i) {name = "z"} : (tensor<1x8x2x2xf32, #layout>) -> tensor<1x8x2x2xf32, #plain>
    sched.yield %t : tensor<1x8x2x2xf32, #plain>
  }
  // REMARK: remark: {{.*}}an operand is copied: it is needed at another place too
  %cat = sched.concat %p, %y {axis = 1 : i64, name = "cat"} : (tensor<1x8x2x2xf32, #layout>, tensor<1x8x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #layout>
  %r = sched.kernel "r" ins(%cat : tensor<1x16x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #plain> {
  ^bb0(%i: tensor<1x16x2x2xf32, #layout>):
    %t = sched.stage copy(%i) {name = "r"} : (tensor<1x16x2x2xf32, #layout>) -> tensor<1x16x2x2xf32, #plain>
    sched.yield %t : tensor<1x16x2x2xf32, #plain>
  }
  return %r, %z : tensor<1x16x2x2xf32, #plain>, tensor<1x8x2x2xf32, #plain>
}

// -----

#plain = #sched.layout<[0, 1, 2, 3], block = 1>

// CHECK-LABEL: @returned_twice
// CHECK: sched.kernel "k" {{.*}} outs(%arg1 :
// CHECK: sched.kernel "copy" ins(%arg1 : {{.*}}) outs(%arg2 :
func.func @returned_twice(%x: tensor<1x8x2x2xf32, #plain>) -> (tensor<1x8x2x2xf32, #plain>, tensor<1x8x2x2xf32, #plain>) {
  %a = sched.kernel "k" ins(%x : tensor<1x8x2x2xf32, #plain>) -> tensor<1x8x2x2xf32, #plain> {
  ^bb0(%i: tensor<1x8x2x2xf32, #plain>):
    %t = sched.stage relu(%i) {name = "k"} : (tensor<1x8x2x2xf32, #plain>) -> tensor<1x8x2x2xf32, #plain>
    sched.yield %t : tensor<1x8x2x2xf32, #plain>
  }
  // REMARK: remark: {{.*}}an operand is copied: an output of the network lies elsewhere too
  return %a, %a : tensor<1x8x2x2xf32, #plain>, tensor<1x8x2x2xf32, #plain>
}
