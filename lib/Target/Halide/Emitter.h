//===- Emitter.h - A kernel as a Halide pipeline and as text ----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Inside this library errors are exceptions, since Halide's are; they become llvm::Error at its
// boundary.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_EMITTER_H
#define FOVEA_LIB_TARGET_HALIDE_EMITTER_H

#include "PrefetchNext.h"
#include "Term.h"
#include "fovea/Target/Plan/KernelPlan.h"
#include <map>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace fovea::halide {

/// A plan that cannot be emitted; the message names stage and directive.
struct PlanError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// A variable of a definition, or of a reduction domain.
struct Loop {
  std::string identifier; ///< In the text.
  bool reduction;
  Halide::Var var;
  Halide::RVar rvar;

  Loop(const std::string &identifier, bool reduction)
      : identifier(identifier), reduction(reduction), var(identifier), rvar(identifier) {}

  Term term() const;
  Halide::VarOrRVar handle() const;
};

/// The loops of one definition by the names that directives use.
using Loops = std::map<std::string, Loop>;

/// Halide code: one Func with its pure definition and at most one update.
struct Definition {
  Halide::Func func;
  std::string identifier;
  std::vector<Loop> arguments;
  Loops pure;
  Loops update; ///< Empty without an update.

  /// The Func at its own arguments.
  Term self() const;
  Term at(const std::vector<Term> &coordinates) const;
};

/// What a stage reads: an argument, or an earlier stage.
struct Source {
  std::string identifier;
  /// One of the two is defined.
  Halide::ImageParam parameter;
  Halide::Func func;
  bool constant = false;
  plan::DType dtype = plan::DType::F32;
  std::vector<int64_t>
      shape; ///< Logical [N, C, H, W]; packed extents, outermost first, of a constant.
  int64_t block = 1;

  Term at(const std::vector<Term> &coordinates) const;
};

/// What the next `turns` turns of a loop read of an argument is asked for: names of Halide's.
struct Prefetch {
  std::string buffer;
  std::string loop;
  Nearest nearest;
  int turns;
};

/// A channel as it lies in memory.
struct Lane {
  Term ci;
  Term cb;
};

/// Builds a pipeline and prints it, statement by statement.
class Emitter {
public:
  /// Throws PlanError and Halide::Error.
  explicit Emitter(const plan::Kernel &kernel);

  Halide::Func output() const { return out.func; }
  const std::vector<Halide::Argument> &arguments() const { return argumentList; }
  const std::vector<Prefetch> &prefetches() const { return prefetchList; }
  /// The program without what concerns the compilation.
  const std::vector<std::string> &statements() const { return lines; }
  /// Names of the ImageParams in call order.
  std::vector<std::string> argumentIdentifiers() const;

  // The steps that a stage is made of.
  Definition declare(const std::string &identifier, const std::vector<Loop> &arguments);
  void definePure(Definition &definition, const Term &value);
  /// Makes the reduction domain of `definition` and gives its variables in the order of `extents`.
  std::vector<Term> reduce(Definition &definition,
                           const std::vector<std::pair<std::string, int64_t>> &extents);
  void updateSum(Definition &definition, const Term &value);
  void updateMax(Definition &definition, const Term &value);
  /// Puts a Func with a reduction, which no directive names, at the root: of a GPU, in one thread.
  void computeRoot(Definition &definition);

private:
  void declareCoordinates();
  void declareArguments();
  void describeArgument(const Halide::OutputImageParam &parameter, const std::string &name,
                        const plan::Argument &argument);
  void defineStage(unsigned index);
  void defineOutput();
  void print(std::string line) { lines.push_back(std::move(line)); }

  const plan::Kernel &kernel;
  std::vector<Loop> coordinates; ///< oi, x, y, ob, n.
  std::vector<Source> sources;   ///< The arguments but the output.
  std::vector<Halide::Argument> argumentList;
  std::vector<Definition> definitions; ///< One per stage, as are:
  std::vector<Source> stageSources;
  Definition out;
  bool singleReduction = false;
  std::set<std::string> declared; ///< Variables of the text, as "Var x" and "RVar ci".
  std::vector<Prefetch> prefetchList;
  std::vector<std::string> lines;
};

/// One stage while it is defined: its operands, its numbers, the pixel and channel at which its
/// value is asked for.
class StageEmitter {
public:
  StageEmitter(Emitter &emitter, const plan::Stage &stage, std::vector<const Source *> operands,
               Definition &definition);

  Emitter &emitter;
  const plan::Stage &stage;
  Definition &definition;
  Term oi, x, y, ob, n;

  int64_t channels() const { return stage.shape[1]; }
  int64_t height() const { return stage.shape[2]; }
  int64_t width() const { return stage.shape[3]; }
  int64_t blocks() const { return ceilDivide(channels(), stage.block); }
  /// The channel that is asked for; may lie past the last one in the last block.
  Term channel() const { return ob * stage.block + oi; }

  [[noreturn]] void fail(const std::string &message) const;
  unsigned operandCount() const { return operands.size(); }
  /// Operand `index`, which must be an f32 tensor of the stage's batch size; or of u8, if `bytes`.
  const Source &tensor(unsigned index, bool bytes = false) const;
  /// Operand `index`, which must be a constant of these extents, outermost first.
  const Source &constant(unsigned index, const std::vector<int64_t> &extents,
                         plan::DType dtype = plan::DType::F32) const;
  /// Input channels per block of the packed weight `index`, [ob, cb, ky, kx, ci, oi]; 1 if it has
  /// another rank.
  int64_t packedInBlock(unsigned index) const;
  /// A constant of one element per channel in the stage's blocks, at the channel asked for.
  Term vector(unsigned index) const;
  /// The `count` numbers called `name`; `defaults` where they are missing, which must then not be
  /// empty.
  std::vector<int64_t> ints(const std::string &name, unsigned count,
                            std::vector<int64_t> defaults = {}) const;
  void expectShape(const std::vector<int64_t> &shape) const;
  /// Positions of a dilated window on an axis; an error where it fits nowhere.
  int64_t outputExtent(int64_t input, int64_t padding, int64_t kernel, int64_t stride,
                       int64_t dilation) const;

  /// Where channel `c` of `source` lies.
  Lane lane(const Source &source, const Term &c) const;
  /// Where the channel asked for lies in an operand of the same channels; in bounds for lanes past
  /// the last one.
  Lane sameLane(const Source &source) const;
  /// An operand with as many pixels as the stage, at the pixel and channel asked for.
  Term same(const Source &source) const;
  Term load(const Source &source, const Lane &lane, const Term &x, const Term &y) const;
  /// `value`, or zero in the lanes past the last channel.
  Term zeroPastEnd(const Term &value) const;
  /// `value`, loaded from the `sameLane` of `source`, with zero in the lanes past the last channel,
  /// where `source` has zeros of its own only if its blocks are the stage's.
  Term zeroPastEnd(const Source &source, const Term &value) const;

private:
  std::vector<const Source *> operands;
};

/// Padding of an image and the pixels that fall into it.
struct Border {
  int64_t top = 0, left = 0, bottom = 0, right = 0;

  static Border of(const StageEmitter &stage);
  bool empty() const { return top + left + bottom + right == 0; }
};

/// Pixel (x, y) of `source`, which may lie outside by as much as `border` says: `outside` there.
Term loadOr(const StageEmitter &stage, const Source &source, const Lane &lane, const Term &x,
            const Term &y, const Border &border, const Term &outside);

/// A kind of stage computed by an algorithm.
struct StageKind {
  const char *kind;
  const char *algorithm;
  unsigned minOperands;
  unsigned maxOperands;
  unsigned reductions; ///< Definitions with a reduction domain.
  void (*define)(StageEmitter &);
};

/// Throws PlanError, naming what is known, for a kind or an algorithm that is not.
const StageKind &kindOf(const plan::Stage &stage);

/// Throws PlanError unless arguments, shapes and numbers are such that the functions below can rely
/// on them.
void checkKernel(const plan::Kernel &kernel);

// One function per kind of stage, in the file of its family.
void defineConv(StageEmitter &stage);
void defineDepthwise(StageEmitter &stage);
void defineLinear(StageEmitter &stage);
void defineMatmul(StageEmitter &stage);
void defineMaxPool(StageEmitter &stage);
void defineAvgPool(StageEmitter &stage);
void defineGlobalAvgPool(StageEmitter &stage);
void defineGlobalMaxPool(StageEmitter &stage);
void defineRelu(StageEmitter &stage);
void defineRelu6(StageEmitter &stage);
void defineTanh(StageEmitter &stage);
void defineSigmoid(StageEmitter &stage);
void defineGelu(StageEmitter &stage);
void defineAdd(StageEmitter &stage);
void defineChannelAffine(StageEmitter &stage);
void definePad(StageEmitter &stage);
void defineCopy(StageEmitter &stage);
void defineSpatialShift(StageEmitter &stage);
void defineChannelShuffle(StageEmitter &stage);
void defineIm2Col(StageEmitter &stage);
void defineSoftmax(StageEmitter &stage);
void defineDepthToSpace(StageEmitter &stage);
void defineResize(StageEmitter &stage);
void defineExtend(StageEmitter &stage);
void defineToTensor(StageEmitter &stage);

} // namespace fovea::halide

#endif
