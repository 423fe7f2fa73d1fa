//===- Emitter.cpp - A kernel as a Halide pipeline and as text --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Schedule.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

namespace fovea::halide {

//===----------------------------------------------------------------------===//
// Text of lists
//===----------------------------------------------------------------------===//

template <typename Range, typename Function>
static std::string join(const Range &range, Function text) {
  std::string result;
  for (const auto &element : range)
    result += (result.empty() ? "" : ", ") + text(element);
  return result;
}

static std::string number(int64_t value) { return std::to_string(value); }

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
// The kinds of stages
//===----------------------------------------------------------------------===//

namespace {
struct StageKind {
  const char *kind;
  const char *algorithm;
  unsigned minOperands;
  unsigned maxOperands;
  unsigned reductions;
  void (*define)(StageEmitter &);
};

constexpr StageKind stageKinds[] = {
    {"conv", "direct", 2, 3, 1, defineConv},
    {"conv", "grouped", 2, 3, 1, defineConv},
    {"conv", "depthwise", 2, 3, 1, defineDepthwise},
    {"pad", "pad", 1, 1, 0, definePad},
    {"linear", "matvec", 2, 3, 1, defineLinear},
    {"matmul", "matmul", 2, 3, 1, defineMatmul},
    {"im2col", "im2col", 1, 1, false, defineIm2Col},
    {"max_pool", "pool", 1, 1, 1, defineMaxPool},
    {"avg_pool", "pool", 1, 1, 1, defineAvgPool},
    {"global_avg_pool", "global_pool", 1, 1, 1, defineGlobalAvgPool},
    {"global_max_pool", "global_pool", 1, 1, 1, defineGlobalMaxPool},
    {"relu", "elementwise", 1, 1, 0, defineRelu},
    {"relu6", "elementwise", 1, 1, 0, defineRelu6},
    {"tanh", "elementwise", 1, 1, 0, defineTanh},
    {"sigmoid", "elementwise", 1, 1, 0, defineSigmoid},
    {"add", "elementwise", 2, 2, 0, defineAdd},
    {"channel_affine", "elementwise", 2, 3, 0, defineChannelAffine},
    {"spatial_shift", "shift", 2, 2, 0, defineSpatialShift},
    {"softmax", "softmax", 1, 1, 2, defineSoftmax},
    {"channel_shuffle", "copy", 1, 1, 0, defineChannelShuffle},
    {"copy", "copy", 1, 1, 0, defineCopy},
};
} // namespace

static const StageKind &kindOf(const plan::Stage &stage) {
  std::string known;
  for (const StageKind &kind : stageKinds) {
    if (stage.kind == kind.kind && stage.algorithm == kind.algorithm)
      return kind;
    if (stage.kind == kind.kind)
      known += std::string(known.empty() ? "" : ", ") + kind.algorithm;
  }
  if (known.empty())
    throw PlanError("stage '" + stage.name + "': unknown kind '" + stage.kind + "'");
  throw PlanError("stage '" + stage.name + "': a " + stage.kind + " has the algorithms " + known +
                  ", not '" + stage.algorithm + "'");
}

//===----------------------------------------------------------------------===//
// Checks of what the plan says, so that no number of it reaches Halide unseen
//===----------------------------------------------------------------------===//

/// Halide computes indices in 32 bits.
static bool isExtentList(const std::vector<int64_t> &extents) {
  int64_t product = 1;
  for (int64_t extent : extents) {
    if (extent < 1 || extent > INT32_MAX)
      return false;
    product *= extent;
    if (product > INT32_MAX)
      return false;
  }
  return !extents.empty();
}

static bool isBlock(int64_t block) { return block >= 1 && block <= 4096; }

static void checkArgument(const plan::Argument &argument, unsigned index) {
  auto fail = [&](const char *what) { throw PlanError("argument " + number(index) + ": " + what); };
  if (!isExtentList(argument.shape))
    fail("expected positive extents with a product below 2^31");
  if (argument.alignment < 1 || argument.alignment > 4096 ||
      (argument.alignment & (argument.alignment - 1)))
    fail("expected an alignment that is a power of two up to 4096");
  if (argument.role == plan::Argument::Role::Constant)
    return;
  if (argument.shape.size() != 4)
    fail("expected the shape [N, C, H, W]");
  if (!isBlock(argument.block))
    fail("expected a block from 1 to 4096");
  if (argument.dtype != plan::DType::F32)
    fail("expected elements of type f32");
  if (argument.pixelStride < 0 || argument.pixelStride > INT32_MAX)
    fail("expected a pixel stride of 0 or more");
}

static void checkStage(const plan::Stage &stage) {
  auto fail = [&](const std::string &what) {
    throw PlanError("stage '" + stage.name + "': " + what);
  };
  const StageKind &kind = kindOf(stage);
  if (stage.shape.size() != 4 || !isExtentList(stage.shape))
    fail("expected the shape [N, C, H, W] with positive extents and a product below 2^31");
  if (!isBlock(stage.block))
    fail("expected a block from 1 to 4096");
  if (stage.operands.size() < kind.minOperands || stage.operands.size() > kind.maxOperands)
    fail("expected " + number(kind.minOperands) +
         (kind.minOperands == kind.maxOperands ? "" : " to " + number(kind.maxOperands)) +
         " operands, got " + number(stage.operands.size()));
  for (const auto &[name, values] : stage.ints)
    for (int64_t value : values)
      if (value < 0 || value > (1 << 24))
        fail("'" + name + "' is out of range");
}

static void checkKernel(const plan::Kernel &kernel) {
  using Role = plan::Argument::Role;
  if (kernel.stages.empty())
    throw PlanError("a kernel needs a stage");
  if (kernel.arguments.empty() || kernel.arguments.back().role != Role::Output)
    throw PlanError("a kernel's last argument must be its output");
  for (unsigned i = 0; i < kernel.arguments.size(); ++i) {
    checkArgument(kernel.arguments[i], i);
    if (kernel.arguments[i].role == Role::Output && i + 1 != kernel.arguments.size())
      throw PlanError("argument " + number(i) + ": only the last argument can be an output");
  }
  for (const plan::Stage &stage : kernel.stages)
    checkStage(stage);
  const plan::Argument &output = kernel.arguments.back();
  const plan::Stage &last = kernel.stages.back();
  if (output.shape != last.shape || output.block != last.block)
    throw PlanError("stage '" + last.name + "': shape or block is not the output's");
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
  default:
    throw PlanError("constants have elements of type f32 or i32, not " + toString(type).str());
  }
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
        return stage.kind + number(i) +
               (stage.kind == "spatial_shift"    ? "_offsets"
                : stage.kind == "channel_affine" ? (j == 1 ? "_scale" : "_shift")
                : j == 1                         ? "_weight"
                                                 : "_bias");
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
    print("ImageParam " + name + "(" + (argument.dtype == plan::DType::F32 ? "Float" : "Int") +
          "(32), " + number(dimensions) + ", \"" + name + "\");");
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
  definition.func.compute_root();
  print(definition.identifier + ".compute_root();");
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
  applySchedules({kernel, sources, definitions, out, singleReduction, declared, lines});
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

//===----------------------------------------------------------------------===//
// One stage
//===----------------------------------------------------------------------===//

StageEmitter::StageEmitter(Emitter &emitter, const plan::Stage &stage,
                           std::vector<const Source *> operands, Definition &definition)
    : emitter(emitter), stage(stage), definition(definition), oi(definition.arguments[0].term()),
      x(definition.arguments[1].term()), y(definition.arguments[2].term()),
      ob(definition.arguments[3].term()), n(definition.arguments[4].term()),
      operands(std::move(operands)) {}

void StageEmitter::fail(const std::string &message) const {
  throw PlanError("stage '" + stage.name + "': " + message);
}

const Source &StageEmitter::tensor(unsigned index) const {
  const Source &source = *operands[index];
  if (source.constant || source.shape[0] != stage.shape[0])
    fail("operand " + number(index) + " must be a tensor of batch size " + number(stage.shape[0]));
  return source;
}

const Source &StageEmitter::constant(unsigned index, const std::vector<int64_t> &extents,
                                     plan::DType dtype) const {
  const Source &source = *operands[index];
  if (!source.constant || source.shape != extents || source.dtype != dtype)
    fail("operand " + number(index) + " must be a constant of " + toString(dtype).str() + " [" +
         join(extents, number) + "]" +
         (source.constant ? ", not [" + join(source.shape, number) + "]" : ""));
  return source;
}

int64_t StageEmitter::packedInBlock(unsigned index) const {
  const Source &source = *operands[index];
  return source.constant && source.shape.size() == 6 ? source.shape[4] : 1;
}

Term StageEmitter::vector(unsigned index) const {
  return constant(index, {blocks(), stage.block}).at({oi, ob});
}

std::vector<int64_t> StageEmitter::ints(const std::string &name, unsigned count,
                                        std::vector<int64_t> defaults) const {
  auto found = stage.ints.find(name);
  if (found == stage.ints.end() && !defaults.empty())
    return defaults;
  if (found == stage.ints.end() || found->second.size() != count)
    fail("expected '" + name + "' with " + number(count) + " integers");
  return found->second;
}

void StageEmitter::expectShape(const std::vector<int64_t> &shape) const {
  if (stage.shape != shape)
    fail("expected the shape [" + join(shape, number) + "], got [" + join(stage.shape, number) +
         "]");
}

int64_t StageEmitter::outputExtent(int64_t input, int64_t padding, int64_t kernel, int64_t stride,
                                   int64_t dilation) const {
  if (kernel < 1 || stride < 1 || dilation < 1)
    fail("kernel, stride and dilation are positive");
  int64_t room = input + padding - (dilation * (kernel - 1) + 1);
  if (room < 0)
    fail("the window is larger than the padded input");
  return room / stride + 1;
}

Lane StageEmitter::lane(const Source &source, const Term &c) const {
  return {c % source.block, c / source.block};
}

Lane StageEmitter::sameLane(const Source &source) const {
  if (source.shape[1] != channels())
    fail("expected an operand of " + number(channels()) + " channels, got " +
         number(source.shape[1]));
  if (source.block == stage.block)
    return {oi, ob};
  bool exact = channels() % stage.block == 0;
  return lane(source, exact ? channel() : min(channel(), channels() - 1));
}

Term StageEmitter::same(const Source &source) const {
  int64_t sourceWidth = source.shape[3];
  if (source.shape[2] * sourceWidth != height() * width())
    fail("expected an operand of " + number(height() * width()) + " pixels, got " +
         number(source.shape[2] * sourceWidth));
  Lane at = sameLane(source);
  Term value = Term::real(0);
  if (sourceWidth == width()) {
    value = load(source, at, x, y);
  } else {
    // One of the two is a flattened image: pixel p = y*width + x of both is the same.
    Term pixel = y * width() + x;
    if (height() == 1)
      pixel = x;
    value = source.shape[2] == 1 ? load(source, at, pixel, 0)
                                 : load(source, at, pixel % sourceWidth, pixel / sourceWidth);
  }
  return zeroPastEnd(source, value);
}

Term StageEmitter::load(const Source &source, const Lane &lane, const Term &x,
                        const Term &y) const {
  return source.at({lane.ci, x, y, lane.cb, n});
}

Term StageEmitter::zeroPastEnd(const Term &value) const {
  if (channels() % stage.block == 0)
    return value;
  return select(channel() < channels(), value, Term::real(0));
}

Term StageEmitter::zeroPastEnd(const Source &source, const Term &value) const {
  return source.block == stage.block ? value : zeroPastEnd(value);
}

Border Border::of(const StageEmitter &stage) {
  std::vector<int64_t> padding = stage.ints("padding", 4, {0, 0, 0, 0});
  return {padding[0], padding[1], padding[2], padding[3]};
}

Term loadOr(const StageEmitter &stage, const Source &source, const Lane &lane, const Term &x,
            const Term &y, const Border &border, const Term &outside) {
  int64_t height = source.shape[2], width = source.shape[3];
  std::vector<Term> conditions;
  if (border.left > 0)
    conditions.push_back(x >= 0);
  if (border.right > 0)
    conditions.push_back(x < width);
  if (border.top > 0)
    conditions.push_back(y >= 0);
  if (border.bottom > 0)
    conditions.push_back(y < height);
  bool guardX = border.left + border.right > 0, guardY = border.top + border.bottom > 0;
  // The load is carried out in any case, so it must stay inside.
  Term value = stage.load(source, lane, guardX ? clamp(x, 0, width - 1) : x,
                          guardY ? clamp(y, 0, height - 1) : y);
  if (conditions.empty())
    return value;
  Term inside = conditions.front();
  for (size_t i = 1; i < conditions.size(); ++i)
    inside = inside && conditions[i];
  return select(inside, value, outside);
}

} // namespace fovea::halide
