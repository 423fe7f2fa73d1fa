//===- Schedule.cpp - The directives of a plan ------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Each directive is applied and printed in one place, so that the text says what was done.
//
//===----------------------------------------------------------------------===//

#include "Schedule.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>

namespace fovea::halide {

namespace {

/// Schedules one definition, pure or update; `Target` is Halide::Func or Halide::Stage.
template <typename Target> class Scheduler {
public:
  Scheduler(ScheduleContext &context, Definition &definition, Loops &loops, Target target,
            std::string text)
      : context(context), definition(definition), loops(loops), target(std::move(target)),
        text(std::move(text)) {}

  void apply(const plan::Directive &directive);
  /// Where the Func is computed and stored; `stage` is its place in the kernel. False for other
  /// directives.
  bool applyPlacement(const plan::Directive &directive, unsigned stage);
  /// What only a stage can have. False for other directives.
  bool applyPrefetch(const plan::Directive &directive, const plan::Stage &stage);

private:
  [[noreturn]] void fail(const std::string &message) const { throw PlanError(message); }
  void expectArguments(const plan::Directive &directive, size_t least, size_t most) const;
  const Loop &loop(const std::string &name) const;
  const Loop &loopAround(const std::string &name) const;
  int factor(const std::string &argument) const;
  Loop makeLoop(const std::string &name, bool reduction);
  void print(const std::string &call) { context.lines.push_back(text + "." + call + ";"); }

  void split(const std::vector<std::string> &args);
  void fuse(const std::vector<std::string> &args);
  void reorder(const std::vector<std::string> &args);
  void widen(const std::string &kind, const std::vector<std::string> &args);
  void mapToGpu(const std::string &kind, const std::vector<std::string> &args);
  void prefetch(const std::vector<std::string> &args, const plan::Stage &stage);
  void computeAt(const std::vector<std::string> &args, unsigned stage);
  void storeIn(const std::string &memory);

  ScheduleContext &context;
  Definition &definition;
  Loops &loops;
  Target target;
  std::string text;
};

} // namespace

/// Names of loops become names of C++ variables.
static bool isLoopName(const std::string &name) {
  static const std::set<std::string> keywords = {
      "and",    "asm",     "auto",    "bool",   "break", "case",   "catch",    "char",
      "class",  "const",   "default", "delete", "do",    "double", "else",     "enum",
      "export", "extern",  "false",   "float",  "for",   "friend", "goto",     "if",
      "inline", "int",     "long",    "main",   "new",   "not",    "operator", "or",
      "out",    "private", "public",  "return", "short", "signed", "sizeof",   "static",
      "struct", "switch",  "target",  "this",   "throw", "true",   "try",      "typedef",
      "union",  "using",   "virtual", "void",   "while", "xor",    "tensor",   "constant"};
  auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !name.empty() && name.size() <= 64 && std::islower(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), allowed) && !keywords.count(name);
}

template <typename Target>
void Scheduler<Target>::expectArguments(const plan::Directive &directive, size_t least,
                                        size_t most) const {
  size_t count = directive.args.size();
  if (count >= least && count <= most)
    return;
  fail("takes " + std::to_string(least) + (most == least ? "" : " or more") + " arguments, got " +
       std::to_string(count));
}

template <typename Target> const Loop &Scheduler<Target>::loop(const std::string &name) const {
  auto found = loops.find(name);
  if (found != loops.end())
    return found->second;
  std::string known;
  for (const auto &entry : loops)
    known += (known.empty() ? "" : ", ") + entry.first;
  fail("there is no loop '" + name + "'; the loops are " + known);
}

template <typename Target> int Scheduler<Target>::factor(const std::string &argument) const {
  int value = 0;
  if (llvm::StringRef(argument).getAsInteger(10, value) || value < 1 || value > (1 << 24))
    fail("expected a positive factor, got '" + argument + "'");
  return value;
}

template <typename Target>
Loop Scheduler<Target>::makeLoop(const std::string &name, bool reduction) {
  if (!isLoopName(name))
    fail("'" + name + "' is no name for a loop");
  if (loops.count(name))
    fail("there is a loop '" + name + "' already");
  std::string prefix =
      reduction && !context.singleReduction ? definition.identifier + "_" : std::string();
  Loop loop(prefix + name, reduction);
  // Vars of one name are one variable, wherever they are used; so may RVars be.
  const char *type = reduction ? "RVar " : "Var ";
  if (context.declared.insert(type + loop.identifier).second) {
    if (context.declared.count((reduction ? "Var " : "RVar ") + loop.identifier))
      fail("'" + name + "' names a reduction loop and another one");
    context.lines.push_back(type + loop.identifier + "(\"" + loop.identifier + "\");");
  }
  return loop;
}

static const char *tailText(Halide::TailStrategy tail) {
  switch (tail) {
  case Halide::TailStrategy::RoundUp:
    return ", TailStrategy::RoundUp";
  case Halide::TailStrategy::GuardWithIf:
    return ", TailStrategy::GuardWithIf";
  case Halide::TailStrategy::ShiftInwards:
    return ", TailStrategy::ShiftInwards";
  default:
    return "";
  }
}

/// split(old, outer, inner, factor[, tail])
template <typename Target> void Scheduler<Target>::split(const std::vector<std::string> &args) {
  using Halide::TailStrategy;
  Loop old = loop(args[0]);
  auto tail = llvm::StringSwitch<std::optional<TailStrategy>>(args.size() == 5 ? args[4] : "auto")
                  .Case("round_up", TailStrategy::RoundUp)
                  .Case("guard_with_if", TailStrategy::GuardWithIf)
                  .Case("shift_inwards", TailStrategy::ShiftInwards)
                  .Case("auto", TailStrategy::Auto)
                  .Default(std::nullopt);
  if (!tail)
    fail("unknown tail '" + args[4] + "'");
  int size = factor(args[3]);
  loops.erase(args[0]);
  Loop outer = args[1] == args[0] ? old : makeLoop(args[1], old.reduction);
  loops.insert_or_assign(args[1], outer);
  Loop inner = args[2] == args[0] ? old : makeLoop(args[2], old.reduction);
  loops.insert_or_assign(args[2], inner);
  if (args[1] == args[2])
    fail("outer and inner loop have one name");
  target.split(old.handle(), outer.handle(), inner.handle(), size, *tail);
  print("split(" + old.identifier + ", " + outer.identifier + ", " + inner.identifier + ", " +
        args[3] + tailText(*tail) + ")");
}

/// fuse(inner, outer, fused)
template <typename Target> void Scheduler<Target>::fuse(const std::vector<std::string> &args) {
  Loop inner = loop(args[0]), outer = loop(args[1]);
  if (args[0] == args[1])
    fail("a loop cannot be fused with itself");
  loops.erase(args[0]);
  loops.erase(args[1]);
  Loop fused = makeLoop(args[2], inner.reduction && outer.reduction);
  loops.insert_or_assign(args[2], fused);
  target.fuse(inner.handle(), outer.handle(), fused.handle());
  print("fuse(" + inner.identifier + ", " + outer.identifier + ", " + fused.identifier + ")");
}

/// reorder(innermost, …)
template <typename Target> void Scheduler<Target>::reorder(const std::vector<std::string> &args) {
  std::vector<Halide::VarOrRVar> order;
  std::string list;
  std::set<std::string> seen;
  for (const std::string &name : args) {
    if (!seen.insert(name).second)
      fail("'" + name + "' stands twice");
    order.push_back(loop(name).handle());
    list += (list.empty() ? "" : ", ") + loop(name).identifier;
  }
  target.reorder(order);
  print("reorder(" + list + ")");
}

/// vectorize(v[, factor]), unroll(v[, factor]), parallel(v), never_partition(v)
template <typename Target>
void Scheduler<Target>::widen(const std::string &kind, const std::vector<std::string> &args) {
  Halide::VarOrRVar handle = loop(args[0]).handle();
  if (args.size() == 1) {
    if (kind == "vectorize")
      target.vectorize(handle);
    else if (kind == "unroll")
      target.unroll(handle);
    else if (kind == "parallel")
      target.parallel(handle);
    else
      target.never_partition(handle);
  } else if (kind == "vectorize") {
    target.vectorize(handle, factor(args[1]));
  } else {
    target.unroll(handle, factor(args[1]));
  }
  print(kind + "(" + loop(args[0]).identifier + (args.size() == 2 ? ", " + args[1] : "") + ")");
}

/// gpu_blocks(innermost, …), gpu_threads(innermost, …)
template <typename Target>
void Scheduler<Target>::mapToGpu(const std::string &kind, const std::vector<std::string> &args) {
  std::vector<Halide::VarOrRVar> handles;
  std::string list;
  for (const std::string &name : args) {
    handles.push_back(loop(name).handle());
    list += (list.empty() ? "" : ", ") + loop(name).identifier;
  }
  auto map = [&](auto... some) {
    if (kind == "gpu_blocks")
      target.gpu_blocks(some...);
    else
      target.gpu_threads(some...);
  };
  if (handles.size() == 1)
    map(handles[0]);
  else if (handles.size() == 2)
    map(handles[0], handles[1]);
  else
    map(handles[0], handles[1], handles[2]);
  print(kind + "(" + list + ")");
}

template <typename Target> void Scheduler<Target>::apply(const plan::Directive &directive) {
  if (directive.kind == "split") {
    expectArguments(directive, 4, 5);
    split(directive.args);
  } else if (directive.kind == "fuse") {
    expectArguments(directive, 3, 3);
    fuse(directive.args);
  } else if (directive.kind == "reorder") {
    expectArguments(directive, 1, 64);
    reorder(directive.args);
  } else if (directive.kind == "vectorize" || directive.kind == "unroll") {
    expectArguments(directive, 1, 2);
    widen(directive.kind, directive.args);
  } else if (directive.kind == "parallel" || directive.kind == "never_partition") {
    expectArguments(directive, 1, 1);
    widen(directive.kind, directive.args);
  } else if (directive.kind == "gpu_blocks" || directive.kind == "gpu_threads") {
    expectArguments(directive, 1, 3);
    mapToGpu(directive.kind, directive.args);
  } else {
    fail("is no directive of this place");
  }
}

/// compute_at(stage | "out", loop)
template <typename Target>
void Scheduler<Target>::computeAt(const std::vector<std::string> &args, unsigned stage) {
  std::optional<unsigned> consumer = plan::consumerNamed(context.kernel, stage, args[0]);
  if (!consumer && args[0] != "out")
    fail("there is no later stage '" + args[0] + "'");
  const Definition &at = consumer ? context.stages[*consumer] : context.out;
  auto found = at.pure.find(args[1]);
  if (found == at.pure.end()) {
    found = at.update.find(args[1]);
    if (found == at.update.end())
      fail("'" + args[0] + "' has no loop '" + args[1] + "'");
  }
  const Loop &loop = found->second;
  if (loop.reduction)
    definition.func.compute_at(at.func, loop.rvar);
  else
    definition.func.compute_at(at.func, loop.var);
  print("compute_at(" + at.identifier + ", " + loop.identifier + ")");
}

/// store_in(stack | register | heap)
template <typename Target> void Scheduler<Target>::storeIn(const std::string &memory) {
  if (memory == "stack")
    definition.func.store_in(Halide::MemoryType::Stack);
  else if (memory == "register")
    definition.func.store_in(Halide::MemoryType::Register);
  else if (memory == "heap")
    definition.func.store_in(Halide::MemoryType::Heap);
  else
    fail("unknown memory '" + memory + "'");
  std::string name = memory;
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  print("store_in(MemoryType::" + name + ")");
}

template <typename Target>
bool Scheduler<Target>::applyPlacement(const plan::Directive &directive, unsigned stage) {
  if (directive.kind == "compute_root") {
    expectArguments(directive, 0, 0);
    definition.func.compute_root();
    print("compute_root()");
  } else if (directive.kind == "compute_at") {
    expectArguments(directive, 2, 2);
    computeAt(directive.args, stage);
  } else if (directive.kind == "store_in") {
    expectArguments(directive, 1, 1);
    storeIn(directive.args[0]);
  } else {
    return false;
  }
  return true;
}

/// A loop of the stage's update, or of one that the stage may stand in.
template <typename Target>
const Loop &Scheduler<Target>::loopAround(const std::string &name) const {
  if (loops.count(name))
    return loop(name);
  std::vector<const Loops *> places{&context.out.pure};
  for (const Definition &stage : context.stages)
    places.push_back(&stage.pure);
  for (const Loops *place : places)
    if (auto found = place->find(name); found != place->end())
      return found->second;
  return loop(name); // Which says what there is.
}

/// prefetch(operand, loop[, turns]): while so many turns of `loop` run, what the next ones read of
/// the operand is asked for: activations into L1, constants, which come from further away, into L2.
template <typename Target>
void Scheduler<Target>::prefetch(const std::vector<std::string> &args, const plan::Stage &stage) {
  unsigned index = 0;
  if (llvm::StringRef(args[0]).getAsInteger(10, index) || index >= stage.operands.size())
    fail("there is no operand '" + args[0] + "'");
  const plan::Operand &operand = stage.operands[index];
  if (operand.kind != plan::Operand::Kind::Argument)
    fail("operand " + args[0] + " is no argument of the kernel");
  bool isConstant = context.kernel.arguments[operand.index].role == plan::Argument::Role::Constant;
  context.prefetches.push_back(
      {context.arguments[operand.index].parameter.name(), loopAround(args[1]).handle().name(),
       isConstant ? Nearest::L2 : Nearest::L1, args.size() > 2 ? factor(args[2]) : 1});
}

template <typename Target>
bool Scheduler<Target>::applyPrefetch(const plan::Directive &directive, const plan::Stage &stage) {
  if (directive.kind != "prefetch")
    return false;
  expectArguments(directive, 2, 3);
  prefetch(directive.args, stage);
  return true;
}

/// Calls `apply`; what goes wrong in it is told of `stage` and `directive`.
template <typename Function>
static void blame(const std::string &stage, const plan::Directive &directive, Function apply) {
  std::string call = directive.kind + "(";
  for (size_t i = 0; i < directive.args.size(); ++i)
    call += (i ? ", " : "") + directive.args[i];
  try {
    apply();
  } catch (const PlanError &error) {
    throw PlanError("stage '" + stage + "': " + call + "): " + error.what());
  } catch (const Halide::Error &error) {
    throw PlanError("stage '" + stage + "': " + call + "): " + error.what());
  }
}

void applySchedules(ScheduleContext context) {
  context.lines.push_back("");
  Scheduler<Halide::Func> out(context, context.out, context.out.pure, context.out.func, "out");
  for (const plan::Directive &directive : context.kernel.schedule)
    blame("out", directive, [&] { out.apply(directive); });

  for (unsigned i = context.kernel.stages.size(); i-- > 0;) {
    const plan::Stage &stage = context.kernel.stages[i];
    Definition &definition = context.stages[i];
    Scheduler<Halide::Func> pure(context, definition, definition.pure, definition.func,
                                 definition.identifier);
    for (const plan::Directive &directive : stage.schedule)
      blame(stage.name, directive, [&] {
        if (!pure.applyPlacement(directive, i) && !pure.applyPrefetch(directive, stage))
          pure.apply(directive);
      });
    if (stage.update.empty())
      continue;
    if (definition.update.empty())
      throw PlanError("stage '" + stage.name + "': a " + stage.kind +
                      " has no reduction to schedule");
    Scheduler<Halide::Stage> update(context, definition, definition.update,
                                    definition.func.update(), definition.identifier + ".update()");
    for (const plan::Directive &directive : stage.update)
      blame(stage.name, directive, [&] {
        if (!update.applyPrefetch(directive, stage))
          update.apply(directive);
      });
  }
}

} // namespace fovea::halide
