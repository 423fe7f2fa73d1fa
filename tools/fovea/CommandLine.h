//===- CommandLine.h - The arguments of a subcommand ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// llvm::cl keeps its options in global state and shows those of every library that is linked; this
// is a table per subcommand.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_COMMANDLINE_H
#define FOVEA_TOOLS_FOVEA_COMMANDLINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

class CommandLine {
public:
  /// `usage` is what stands behind "fovea name": "net.cnn [options]".
  CommandLine(llvm::StringRef name, llvm::StringRef summary, llvm::StringRef usage);

  // Options are declared with where their values go, before `parse`. A text is "--name=VALUE" or
  // "--name VALUE"; a name of one letter has one dash.
  void positional(std::string &value, llvm::StringRef what);
  /// It may be missing where this flag is given.
  void positionalUnless(const bool &flag);
  /// Any number of them, but one at least if they are `required`.
  void positionals(std::vector<std::string> &values, llvm::StringRef what, bool required);
  void flag(llvm::StringRef name, bool &value, llvm::StringRef help);
  void text(llvm::StringRef name, std::string &value, llvm::StringRef what, llvm::StringRef help);
  /// May be given several times, and with several values parted by commas.
  void list(llvm::StringRef name, std::vector<std::string> &values, llvm::StringRef what,
            llvm::StringRef help);
  void integer(llvm::StringRef name, int &value, int min, int max, llvm::StringRef help);
  void number(llvm::StringRef name, double &value, llvm::StringRef help);
  /// "4G", "512M".
  void bytes(llvm::StringRef name, uint64_t &value, llvm::StringRef help);
  /// "30d", "12h", "10m", "5s"; the value is in seconds.
  void duration(llvm::StringRef name, double &value, llvm::StringRef help);
  /// "--name" alone gives `alone`.
  void optionalText(llvm::StringRef name, std::optional<std::string> &value, llvm::StringRef alone,
                    llvm::StringRef what, llvm::StringRef help);
  /// "-j" and "-j4" for the option declared last, which takes a number.
  void letter(char letter);
  /// Options from here on stand under this heading in the help.
  void section(llvm::StringRef heading);
  /// A command and what it does.
  void example(llvm::StringRef command, llvm::StringRef meaning);

  /// Takes the arguments behind the subcommand's name. The error says what is wrong and what might
  /// be meant.
  llvm::Error parse(llvm::ArrayRef<llvm::StringRef> arguments);
  /// --help was among them.
  bool helpAsked() const { return help; }
  void printHelp(llvm::raw_ostream &os) const;

private:
  struct Option {
    std::string name, what, help, section;
    bool needsValue = true;
    std::string letter; ///< Another name; empty: none.
    /// Given nothing where the value is missing and may be.
    std::function<llvm::Error(std::optional<llvm::StringRef>)> take;
  };
  void add(llvm::StringRef name, llvm::StringRef what, llvm::StringRef help, bool needsValue,
           std::function<llvm::Error(std::optional<llvm::StringRef>)> take);
  llvm::Expected<const Option *> find(llvm::StringRef name) const;
  llvm::Error parseOption(llvm::ArrayRef<llvm::StringRef> &arguments);

  std::string name, summary, usage, currentSection = "Options";
  std::string *positionalValue = nullptr;
  const bool *positionalWaived = nullptr;
  std::vector<std::string> *positionalValues = nullptr;
  bool positionalRequired = true;
  std::string positionalWhat;
  std::vector<Option> options;
  std::vector<std::pair<std::string, std::string>> examples;
  bool help = false;
};

} // namespace fovea

#endif
