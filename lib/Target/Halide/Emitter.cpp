//===- Emitter.cpp - A kernel as a Halide pipeline and as text --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Schedule.h"
#include "Text.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

namespace fovea::halide {

static std::string callText(const std::string &callee, const std::vector<Term> &arguments) {
  return callee + "(" + join(arguments, [](const Term &term) { return term.text(); }) + ")";
}

static std::vector<Halide::Expr> exprs(const std::vector<Term> &terms) {
  std::vector<Halide::Expr> result;
  for (const Term &term : terms)
    result.push_back(term.expr());
  return result;
}

//===----------------------------------------------------------------------===//
// Loops, definitions, sources
//===----------------------------------------------------------------------===//

Term Loop::term() const {
  return reduction ? Term(Halide::Expr(rvar), identifier) : Term(Halide::Expr(var), identifier);
}

Halide::VarOrRVar Loop::handle() const {
  return reduction ? Halide::VarOrRVar(rvar) : Halide::VarOrRVar(var);
}

static std::vector<Halide::Var> vars(const std::vector<Loop> &loops) {
  std::vector<Halide::Var> result;
  for (const Loop &loop : loops)
    result.push_back(loop.var);
  return result;
}

static std::vector<Term> terms(const std::vector<Loop> &loops) {
  std::vector<Term> result;
  for (const Loop &loop : loops)
    result.push_back(loop.term());
  return result;
}

Term Definition::self() const { return at(terms(arguments)); }

Term Definition::at(const std::vector<Term> &coordinates) const {
  Halide::Func callee = func;
  return Term(callee(exprs(coordinates)), callText(identifier, coordinates));
}

Term Source::at(const std::vector<Term> &coordinates) const {
  std::vector<Halide::Expr> at = exprs(coordinates);
  Halide::Expr value = parameter.defined() ? parameter(at) : Halide::Expr(Halide::Func(func)(at));
  return Term(value, callText(identifier, coordinates));
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static Halide::Type halideType(plan::DType type) {
  switch (type) {
  case plan::DType::F32:
    return Halide::Float(32);
  case plan::DType::I32:
    return Halide::Int(32);
  case plan::DType::U8:
    return Halide::UInt(8);
  default:
    throw PlanError("arguments have elements of type f32, i32 or u8, not " + toString(type).str());
  }
}

static const char *typeText(plan::DType type) {
  return type == plan::DType::F32 ? "Float(32)" : type == plan::DType::I32 ? "Int(32)" : "UInt(8)";
}

static std::string operandName(const std::string &kind, unsigned index) {
  static const std::map<std::string, std::vector<const char *>> names = {
      {"spatial_shift", {"offsets"}},
      {"channel_affine", {"scale", "shift"}},
      {"resize", {"rows", "columns", "row_weights", "column_weights"}}};
  auto found = names.find(kind);
  if (found != names.end() && index <= found->second.size())
    return found->second[index - 1];
  return index == 1 ? "weight" : "bias";
}

/// The name of an argument says what the first stage that reads it takes it for.
static std::string argumentName(const plan::Kernel &kernel, unsigned index) {
  if (kernel.arguments[index].role == plan::Argument::Role::Input)
    return "input" + number(index);
  for (unsigned i = 0; i < kernel.stages.size(); ++i) {
    const plan::Stage &stage = kernel.stages[i];
    for (unsigned j = 1; j < stage.operands.size(); ++j)
      if (stage.operands[j].kind == plan::Operand::Kind::Argument &&
          stage.operands[j].index == index)
        return stage.kind + number(i) + "_" + operandName(stage.kind, j);
  }
  return "constant" + number(index);
}

static std::vector<int64_t> halideExtents(const plan::Argument &argument) {
  if (argument.role == plan::Argument::Role::Constant)
    return {argument.shape.rbegin(), argument.shape.rend()};
  int64_t block = argument.block;
  return {block, argument.shape[3], argument.shape[2], ceilDivide(argument.shape[1], block),
          argument.shape[0]};
}

/// Strides in elements, innermost first; 0 where they are known at run time only, since the buffer
/// may be a slice of a larger one.
static std::vector<int64_t> halideStrides(const plan::Argument &argument) {
  if (argument.role != plan::Argument::Role::Constant)
    return {1, argument.pixelStride, 0, 0, 0};
  std::vector<int64_t> strides = {1};
  std::vector<int64_t> extents = halideExtents(argument);
  for (size_t i = 0; i + 1 < extents.size(); ++i)
    strides.push_back(strides[i] * extents[i]);
  return strides;
}

/// `describe` of the printed program, which KernelCompiler.cpp holds.
static void describe(Halide::OutputImageParam parameter, const std::vector<int64_t> &extents,
                     const std::vector<int64_t> &strides, int64_t alignment) {
  parameter.set_host_alignment(static_cast<int>(alignment));
  for (size_t i = 0; i < extents.size(); ++i) {
    Halide::Internal::Dimension dimension = parameter.dim(static_cast<int>(i));
    dimension.set_bounds(0, static_cast<int>(extents[i]));
    if (strides[i])
      dimension.set_stride(static_cast<int>(strides[i]));
  }
}

void Emitter::describeArgument(const Halide::OutputImageParam &parameter, const std::string &name,
                               const plan::Argument &argument) {
  std::vector<int64_t> extents = halideExtents(argument), strides = halideStrides(argument);
  describe(parameter, extents, strides, argument.alignment);
  print("describe(" + name + ", {" + join(extents, number) + "}, {" + join(strides, number) +
        "}, " + number(argument.alignment) + ");");
}

void Emitter::declareArguments() {
  for (unsigned i = 0; i + 1 < kernel.arguments.size(); ++i) {
    const plan::Argument &argument = kernel.arguments[i];
    bool constant = argument.role == plan::Argument::Role::Constant;
    std::string name = argumentName(kernel, i);
    int dimensions = static_cast<int>(constant ? argument.shape.size() : 5);
    Halide::ImageParam parameter(halideType(argument.dtype), dimensions, name);
    print("ImageParam " + name + "(" + typeText(argument.dtype) + ", " + number(dimensions) +
          ", \"" + name + "\");");
    describeArgument(parameter, name, argument);
    sources.emplace_back();
    Source &source = sources.back();
    source.identifier = name;
    source.parameter = parameter;
    source.constant = constant;
    source.dtype = argument.dtype;
    source.shape = argument.shape;
    source.block = argument.block;
    argumentList.push_back(parameter);
  }
}

std::vector<std::string> Emitter::argumentIdentifiers() const {
  std::vector<std::string> names;
  for (const Source &source : sources)
    names.push_back(source.identifier);
  return names;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void Emitter::declareCoordinates() {
  for (const char *name : {"oi", "x", "y", "ob", "n"}) {
    coordinates.emplace_back(name, false);
    declared.insert(std::string("Var ") + name);
  }
  print("Var " +
        join(coordinates,
             [](const Loop &loop) { return loop.identifier + "(\"" + loop.identifier + "\")"; }) +
        ";");
}

Definition Emitter::declare(const std::string &identifier, const std::vector<Loop> &arguments) {
  print("Func " + identifier + "(\"" + identifier + "\");");
  Loops loops;
  for (const Loop &loop : arguments)
    loops.insert_or_assign(loop.identifier, loop);
  return {Halide::Func(identifier), identifier, arguments, loops, {}};
}

void Emitter::definePure(Definition &definition, const Term &value) {
  definition.func(vars(definition.arguments)) = value.expr();
  print(definition.self().text() + " = " + value.text() + ";");
}

std::vector<Term> Emitter::reduce(Definition &definition,
                                  const std::vector<std::pair<std::string, int64_t>> &extents) {
  std::string domainName = definition.identifier + "_r";
  Halide::Region region;
  for (const auto &extent : extents)
    region.emplace_back(0, static_cast<int>(extent.second));
  Halide::RDom domain(region, domainName);
  print("RDom " + domainName + "({" +
        join(extents, [](const auto &extent) { return "{0, " + number(extent.second) + "}"; }) +
        "}, \"" + domainName + "\");");

  std::vector<Term> result;
  std::string declarations;
  definition.update = definition.pure;
  for (size_t i = 0; i < extents.size(); ++i) {
    Loop loop((singleReduction ? "" : definition.identifier + "_") + extents[i].first, true);
    loop.rvar = domain[static_cast<int>(i)];
    declared.insert("RVar " + loop.identifier);
    declarations +=
        (i ? ", " : "RVar ") + loop.identifier + " = " + domainName + "[" + number(i) + "]";
    result.push_back(loop.term());
    definition.update.insert_or_assign(extents[i].first, loop);
  }
  print(declarations + ";");
  return result;
}

void Emitter::updateSum(Definition &definition, const Term &value) {
  definition.func(vars(definition.arguments)) += value.expr();
  print(definition.self().text() + " += " + value.text() + ";");
}

void Emitter::updateMax(Definition &definition, const Term &value) {
  Term self = definition.self();
  Term larger = max(self, value);
  definition.func(vars(definition.arguments)) = larger.expr();
  print(self.text() + " = " + larger.text() + ";");
}

void Emitter::computeRoot(Definition &definition) {
  bool onGpu = llvm::any_of(kernel.schedule, [](const plan::Directive &directive) {
    return directive.kind == "gpu_blocks";
  });
  definition.func.compute_root();
  print(definition.identifier + ".compute_root();");
  if (!onGpu)
    return;
  definition.func.gpu_single_thread();
  definition.func.update().gpu_single_thread();
  print(definition.identifier + ".gpu_single_thread();");
  print(definition.identifier + ".update().gpu_single_thread();");
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

Emitter::Emitter(const plan::Kernel &kernel) : kernel(kernel) {
  checkKernel(kernel);
  unsigned reductions = 0;
  for (const plan::Stage &stage : kernel.stages)
    reductions += kindOf(stage).reductions;
  singleReduction = reductions <= 1;
  declareCoordinates();
  declareArguments();
  definitions.reserve(kernel.stages.size());
  for (unsigned i = 0; i < kernel.stages.size(); ++i)
    defineStage(i);
  defineOutput();
  applySchedules(
      {kernel, sources, definitions, out, singleReduction, declared, prefetchList, lines});
}

static std::string describeStage(const plan::Stage &stage) {
  std::string text = "// " + stage.name + ": " + stage.kind + " (" + stage.algorithm + ") to [" +
                     join(stage.shape, number) + "] in blocks of " + number(stage.block);
  for (const auto &[name, values] : stage.ints)
    text += ", " + name + " " + join(values, number);
  // A name comes from a file and must not end the comment.
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == '\\'; }, '?');
  return text;
}

void Emitter::defineStage(unsigned index) {
  const plan::Stage &stage = kernel.stages[index];
  std::vector<const Source *> operands;
  for (const plan::Operand &operand : stage.operands) {
    bool isArgument = operand.kind == plan::Operand::Kind::Argument;
    // The last argument is the output.
    if (operand.index >= (isArgument ? kernel.arguments.size() - 1 : index))
      throw PlanError("stage '" + stage.name + "': there is no " +
                      (isArgument ? "input argument " : "earlier stage ") + number(operand.index));
    operands.push_back(isArgument ? &sources[operand.index] : &stageSources[operand.index]);
  }
  print("");
  print(describeStage(stage));
  definitions.push_back(declare(stage.kind + number(index), coordinates));
  StageEmitter emitter(*this, stage, std::move(operands), definitions.back());
  kindOf(stage).define(emitter);
  stageSources.emplace_back();
  Source &source = stageSources.back();
  source.identifier = definitions.back().identifier;
  source.func = definitions.back().func;
  source.shape = stage.shape;
  source.block = stage.block;
}

void Emitter::defineOutput() {
  print("");
  out = declare("out", coordinates);
  definePure(out, definitions.back().self());
  describeArgument(out.func.output_buffer(), "out.output_buffer()", kernel.arguments.back());
}

} // namespace fovea::halide
