//===- EvaluatorImpl.h - The evaluator's state ------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A failed expression is reported and worth Poison; what depends on it stays silent, so that the
// statements after it can be checked. `stopped` ends everything: a bound was passed.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_EVALUATORIMPL_H
#define FOVEA_LIB_FRONTEND_EVALUATORIMPL_H

#include "Hints.h"
#include "NetworkChoice.h"
#include "Value.h"
#include "fovea/Frontend/Evaluator.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <map>
#include <set>

namespace fovea {

/// Whose the weights of each name are: in the network itself, or in one call of a shared block.
/// Each call of that has a space of its own, because it takes the same names again.
struct WeightSpace {
  std::shared_ptr<WeightSpace> outer; ///< Where the instance was made; null for the network's own.
  unsigned instance = 0;              ///< That is called; 0 for the network's own.
  SourceRange where = {};             ///< Of the instance's name.
  unsigned depth = 0;                 ///< Spaces around it.
  struct Owner {
    unsigned instance; ///< 0: an ordinary layer.
    SourceRange where;
  };
  std::map<std::string, Owner> owners = {};
};

/// What precedes the names of the layers of a block: empty, or ends in a dot. The weights' prefix
/// differs from the layers' where an instance is shared.
struct Scope {
  std::string names;
  std::string weights;
  std::shared_ptr<WeightSpace> space = std::make_shared<WeightSpace>();
};

struct CallArgument {
  std::string name; ///< Empty for a positional one.
  SourceRange nameRange;
  Value value;
  SourceRange range;
  const ast::Expr *syntax; ///< Null for the result of an earlier stage of a pipe.
};

/// A call whose arguments are evaluated.
struct Call {
  SourceRange where;
  SourceRange callee; ///< What errors mark: the callee's name or the operator.
  std::optional<std::string> label;
  SourceRange labelRange;
  std::vector<CallArgument> arguments;
  Hints hints = {};
  const SharedInstance *shared = nullptr;
  const ast::Expr *labelSyntax = nullptr; ///< Null where the label is no text of the program.
};

/// What `layer name = callee(arguments)` makes.
struct SharedInstance {
  unsigned number = 0; ///< Counts from 1.
  Callable callee;
  std::string weights;                ///< With the prefix of the scope that it was made in.
  std::shared_ptr<WeightSpace> space; ///< That it was made in.
  std::string name;                   ///< What its calls are named, unless they have labels.
  std::vector<CallArgument> arguments;
  Hints hints;
  SourceRange where; ///< Of the name.
};

/// A loop that is running, and what it runs over.
struct Loop {
  const ast::ForStmt &statement;
  const Value &values;
};

struct Binding {
  Value value;
  SourceRange origin; ///< Of the expression that gave the value.
};

/// A network or block that is running.
struct Frame {
  Frame *caller = nullptr;
  const ast::Definition *definition = nullptr;
  const Call *call = nullptr; ///< Null for the network that was asked for.
  Scope scope;
  Hints hints; ///< Of the calls around it.
  std::map<std::string, Binding> locals;
  std::vector<Loop> loops; ///< Outermost first.
  Value result;
  bool hasResult = false;
  std::map<std::string, SourceRange> inputPlaces, outputPlaces; ///< Of a network.
  // Of a network that is called like a block:
  std::vector<const CallArgument *> tensors;
  size_t inputsTaken = 0;
  std::vector<std::pair<std::string, Value>> outputs;
};

/// A label is one or more parts of letters, digits, '_' and '-', with dots between them.
bool isLabel(llvm::StringRef text);

class Evaluator {
public:
  Evaluator(const Program &program, const EvaluateOptions &options, SourceManager &sources,
            LayerBuilder &builder, DiagnosticEngine &diagnostics)
      : program(program), limits(options.limits), batch(options.batch), sources(sources),
        builder(builder), diagnostics(diagnostics) {}

  /// Runs the chosen network as the whole program.
  void run(const ChosenNetwork &chosen);

private:
  enum class Flow { Next, Return };

  // Evaluator.cpp: the network as a whole, errors, bounds.
  void bindChosenArguments(const ChosenNetwork &chosen, Frame &root);
  void finishNetwork(const ChosenNetwork &chosen);
  void warnUnreachable();
  std::vector<bool> reachedLayers() const;
  Value fail(llvm::StringRef code, SourceRange where, const llvm::Twine &message,
             llvm::function_ref<void(Diagnostic &)> explain = {});
  void addCallChain(Diagnostic &diagnostic);
  /// Says where the value of `syntax`, which has the wrong type, was made; mends a division.
  void explainValue(Diagnostic &diagnostic, const Value &value, const ast::Expr *syntax);
  std::string describeCall(const Frame &frame);
  bool step(SourceRange where, uint64_t count = 1);
  SourcePosition position(SourceRange range) const;

  // EvaluateStatement.cpp
  Flow execute(const ast::Body &body);
  Flow executeStatement(const ast::Stmt &statement);
  Flow executeIf(const ast::IfStmt &statement);
  Flow executeFor(const ast::ForStmt &statement);
  Flow executeReturn(const ast::ReturnStmt &statement);
  void executeAssign(const ast::AssignStmt &statement);
  void executeRequire(const ast::RequireStmt &statement);
  void executeLayer(const ast::LayerStmt &statement);
  Value makeInstance(const ast::LayerStmt &statement);
  void poisonAssigned(const ast::Body &body);
  void assign(llvm::ArrayRef<ast::Name> targets, bool destructures, const Value &value,
              SourceRange origin);
  void bind(const ast::Name &name, Value value, SourceRange origin);

  // EvaluateDeclaration.cpp: inputs, outputs, and what a network says about itself.
  void executeInput(const ast::InputStmt &statement);
  bool declare(std::map<std::string, SourceRange> &places, const ast::Name &name,
               llvm::StringRef what);
  bool nameConversion(const ast::InputStmt &statement);
  void takeInput(const ast::InputStmt &statement, const std::vector<int64_t> &shape);
  std::optional<std::vector<int64_t>> evaluateShape(const ast::InputStmt &statement);
  bool checkElement(const ast::InputStmt &statement);
  bool checkLayout(const ast::InputStmt &statement);
  void executeOutput(const ast::OutputStmt &statement);
  void executeLabels(const ast::LabelsStmt &statement);
  std::optional<std::vector<std::string>> readLabels(unsigned file, SourceRange where);
  void checkLabels();
  void executeUnused(const ast::UnusedStmt &statement);
  void checkUnused();

  // EvaluateExpression.cpp
  Value evaluate(const ast::Expr &expr);
  Value evaluateKind(const ast::Expr &expr);
  Value evaluateName(const ast::NameExpr &expr);
  Value unknownName(const ast::NameExpr &expr);
  std::vector<llvm::StringRef> knownNames() const;
  Value evaluateString(const ast::StringExpr &expr);
  Value evaluateElements(const std::vector<ast::ExprPtr> &elements, SourceRange where,
                         bool isTuple);
  Value evaluateRecord(const ast::RecordExpr &expr);
  Value evaluateUnary(const ast::UnaryExpr &expr);
  Value evaluateBinary(const ast::BinaryExpr &expr);
  Value evaluateLogical(const ast::BinaryExpr &expr);
  Value evaluateConditional(const ast::ConditionalExpr &expr);
  Value evaluateField(const ast::FieldExpr &expr);
  Value evaluateTensorField(const ast::FieldExpr &expr, TensorId tensor);
  Value evaluateIndex(const ast::IndexExpr &expr);
  Value evaluatePipe(const ast::PipeExpr &expr);
  Value addTensors(const ast::BinaryExpr &expr, Value lhs, Value rhs);
  std::optional<bool> evaluateCondition(const ast::Expr &expr);
  std::optional<int64_t> evaluateInteger(const ast::Expr &expr, llvm::StringRef what);
  Value checkedResult(Computed computed, SourceRange where);
  bool checkExtent(Extent extent, SourceRange where, llvm::StringRef what);

  // EvaluateCall.cpp
  Value evaluateCall(const ast::CallExpr &expr, std::optional<CallArgument> piped);
  Value evaluateCallee(const ast::Expr &callee);
  bool evaluateArguments(const ast::CallExpr &expr, Call &call);
  bool evaluateLabel(const ast::CallExpr &expr, Call &call);
  bool evaluateHints(const ast::CallExpr &expr, Call &call);
  bool evaluateHint(const ast::Hint &hint, Call &call);
  void warnIdleHints(const ast::CallExpr &expr, const Callable &callee);
  Value apply(const Callable &callee, Call &call);
  Value rejectLabel(const Call &call, llvm::StringRef function);
  Value applyDefinition(const ast::Definition &definition, Call &call);
  Value applyNetwork(const ast::Definition &definition, Call &call);
  Value applyBuiltin(const Builtin &builtin, Call &call);
  Value applyShared(const SharedInstance &shared, Call &call);
  bool canEnter(const ast::Definition &definition, const Call &call);
  Scope innerScope(const Call &call);
  /// Finds the argument of each parameter; null where it is missing. False after an error.
  bool bindArguments(const Call &call, llvm::ArrayRef<llvm::StringRef> names,
                     const llvm::Twine &callee, SourceRange defined,
                     std::vector<const CallArgument *> &slots);
  bool bindParameters(const ast::Definition &definition, const Call &call, Frame &frame);
  bool checkParameter(const ast::Parameter &parameter, Value &value, SourceRange where,
                      const ast::Expr *syntax);
  bool inRange(const ast::Parameter &parameter, const Value &value, SourceRange where);
  Value runBody(const ast::Definition &definition, const Call &call, Frame &frame);

  // EvaluateLayer.cpp
  Value applyLayer(const LayerKind &kind, Call &call);
  bool collectOperands(const LayerKind &kind, const Call &call, const CallArgument &argument,
                       std::vector<const CallArgument *> &operands, LayerCall &layer);
  Value reportLayerError(const LayerCall &layer, const Call &call, const LayerError &error,
                         llvm::ArrayRef<const CallArgument *> operands);
  void explainOperand(Diagnostic &diagnostic, const ast::Expr &syntax, TensorId tensor);
  bool checkWeightSize(const LayerCall &layer, const Call &call);
  Value addLayer(const LayerCall &layer, const Call &call,
                 llvm::ArrayRef<const CallArgument *> operands);

  // LayerNames.cpp
  bool nameLayer(const LayerKind &kind, const Call &call, LayerCall &layer);
  std::string numberLayer(const LayerKind &kind);
  std::string weightsOf(const Call &call, llvm::StringRef name) const;
  bool ownWeights(const std::string &weights, const Call &call);
  bool isTaken(const std::string &name) const;
  void proposeLabel(Diagnostic &diagnostic, const Call &call, SourceRange earlier);
  std::string freeLabel(const Scope &scope, const std::string &label) const;
  std::string labelText(const Call &call) const;
  std::string loopSuffix(const Frame &running, const ast::Expr *label) const;
  std::string loopElement(const Loop &loop, const ast::Expr *label) const;

  friend class LayerArguments;

  struct LayerRecord {
    std::string name;
    std::vector<TensorId> inputs, results;
    SourceRange where;
  };

  const Program &program;
  const EvaluationLimits limits;
  int64_t batch;
  SourceManager &sources;
  LayerBuilder &builder;
  DiagnosticEngine &diagnostics;
  Frame *frame = nullptr;
  uint64_t steps = 0;
  unsigned depth = 0;     ///< Of nested `evaluate` calls.
  unsigned callDepth = 0; ///< Of nested blocks.
  bool stopped = false;

  std::vector<LayerRecord> layers;
  std::map<std::string, SourceRange> layerNames;
  std::map<std::string, unsigned> nextNumber; ///< By scope and kind, for layers without labels.
  unsigned instances = 0;                     ///< Shared ones made so far.
  std::map<TensorId, size_t> producers;       ///< Indices into `layers`.
  std::map<std::string, std::pair<TensorId, SourceRange>> inputs, outputs;
  std::set<TensorId> offered; ///< Outputs of networks that were called.
  std::string firstOutput;
  size_t labelCount = 0;
  SourceRange labelsRange; ///< Nowhere before there are labels.
  std::vector<std::pair<std::string, SourceRange>> unusedPatterns;
};

} // namespace fovea

#endif
