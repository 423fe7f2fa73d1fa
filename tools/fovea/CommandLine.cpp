//===- CommandLine.cpp - The arguments of a subcommand --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CommandLine.h"
#include "fovea/Support/Diagnostics.h"
#include "fovea/Support/Memory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace fovea;
using llvm::createStringError;
using llvm::Error;
using llvm::StringRef;
using llvm::StringSwitch;

CommandLine::CommandLine(StringRef name, StringRef summary, StringRef usage)
    : name(name), summary(summary), usage(usage) {
  flag("help", help, "Show this");
}

void CommandLine::add(StringRef name, StringRef what, StringRef help, bool needsValue,
                      std::function<Error(std::optional<StringRef>)> take) {
  options.push_back(
      {name.str(), what.str(), help.str(), currentSection, needsValue, "", std::move(take)});
}

void CommandLine::positional(std::string &value, StringRef what) {
  positionalValue = &value;
  positionalWhat = what.str();
}

void CommandLine::positionalUnless(const bool &flag) { positionalWaived = &flag; }

void CommandLine::positionals(std::vector<std::string> &values, StringRef what, bool required) {
  positionalValues = &values;
  positionalWhat = what.str();
  positionalRequired = required;
}

void CommandLine::flag(StringRef name, bool &value, StringRef help) {
  add(name, "", help, false, [&value, name = name.str()](std::optional<StringRef> given) -> Error {
    if (given)
      return createStringError("--" + name + " takes no value");
    value = true;
    return Error::success();
  });
}

void CommandLine::text(StringRef name, std::string &value, StringRef what, StringRef help) {
  add(name, what, help, true, [&value](std::optional<StringRef> given) {
    value = given->str();
    return Error::success();
  });
}

/// Parts a text at its commas, but not at those inside brackets: a value may be a list.
static std::vector<std::string> splitValues(StringRef text) {
  std::vector<std::string> values(1);
  int open = 0;
  for (char c : text) {
    open += StringRef("([").contains(c) - StringRef(")]").contains(c);
    if (c == ',' && open <= 0)
      values.emplace_back();
    else
      values.back() += c;
  }
  return values;
}

void CommandLine::list(StringRef name, std::vector<std::string> &values, StringRef what,
                       StringRef help) {
  add(name, what, help, true, [&values](std::optional<StringRef> given) {
    llvm::append_range(values, splitValues(*given));
    return Error::success();
  });
}

void CommandLine::integer(StringRef name, int &value, int min, int max, StringRef help) {
  add(name, "N", help, true,
      [&value, min, max, name = name.str()](std::optional<StringRef> given) -> Error {
        if (given->getAsInteger(10, value) || value < min || value > max)
          return createStringError("--" + name + ": expected an integer from " + llvm::itostr(min) +
                                   " to " + llvm::itostr(max) + ", got '" + *given + "'");
        return Error::success();
      });
}

void CommandLine::number(StringRef name, double &value, StringRef help) {
  add(name, "X", help, true, [&value, name = name.str()](std::optional<StringRef> given) -> Error {
    if (given->getAsDouble(value) || !std::isfinite(value) || value < 0)
      return createStringError("--" + name + ": expected a number of at least 0, got '" + *given +
                               "'");
    return Error::success();
  });
}

void CommandLine::bytes(StringRef name, uint64_t &value, StringRef help) {
  add(name, "SIZE", help, true, [&value, name = name.str()](std::optional<StringRef> given) {
    std::optional<uint64_t> bytes = parseBytes(*given);
    value = bytes.value_or(0);
    return bytes ? Error::success()
                 : createStringError("--" + name + ": expected a size such as 4G or 512M, got '" +
                                     *given + "'");
  });
}

void CommandLine::duration(StringRef name, double &value, StringRef help) {
  add(name, "TIME", help, true, [&value, name = name.str()](std::optional<StringRef> given) {
    StringRef number = given->drop_back();
    double unit = StringSwitch<double>(given->take_back())
                      .Case("d", 86400)
                      .Case("h", 3600)
                      .Case("m", 60)
                      .Case("s", 1)
                      .Default(0);
    unsigned count = 0;
    bool isBad = unit == 0 || number.getAsInteger(10, count);
    value = unit * count;
    return isBad ? createStringError("--" + name + ": expected a time such as 30d or 12h, got '" +
                                     *given + "'")
                 : Error::success();
  });
}

void CommandLine::letter(char letter) { options.back().letter = letter; }

void CommandLine::optionalText(StringRef name, std::optional<std::string> &value, StringRef alone,
                               StringRef what, StringRef help) {
  add(name, what, help, false, [&value, alone = alone.str()](std::optional<StringRef> given) {
    value = given ? given->str() : alone;
    return Error::success();
  });
}

void CommandLine::section(StringRef heading) { currentSection = heading.str(); }

void CommandLine::example(StringRef command, StringRef meaning) {
  examples.emplace_back(command.str(), meaning.str());
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

static std::string dashed(StringRef name) { return (name.size() == 1 ? "-" : "--") + name.str(); }

llvm::Expected<const CommandLine::Option *> CommandLine::find(StringRef wanted) const {
  std::vector<StringRef> names;
  for (const Option &option : options) {
    if (option.name == wanted || (!wanted.empty() && option.letter == wanted))
      return &option;
    names.push_back(option.name);
  }
  StringRef near = nearestName(wanted, names);
  return createStringError("unknown option '" + dashed(wanted) + "'" +
                           (near.empty() ? "; fovea " + name + " --help lists them"
                                         : "; did you mean '" + dashed(near) + "'?"));
}

static bool isDigits(StringRef text) {
  return !text.empty() && llvm::all_of(text, [](char c) { return llvm::isDigit(c); });
}

/// Takes one option, and its value, from the front.
Error CommandLine::parseOption(llvm::ArrayRef<StringRef> &arguments) {
  StringRef argument = arguments.front();
  arguments = arguments.drop_front();
  auto [wanted, rest] = argument.ltrim('-').split('=');
  std::optional<StringRef> value;
  if (argument.contains('='))
    value = rest;
  if (isDigits(wanted.drop_front())) { // "-j4"
    value = wanted.drop_front();
    wanted = wanted.take_front();
  }
  llvm::Expected<const Option *> option = find(wanted);
  if (!option)
    return option.takeError();
  if (!value && (*option)->needsValue) {
    if (arguments.empty())
      return createStringError(dashed(wanted) + " needs a value: " + dashed(wanted) + " " +
                               (*option)->what);
    value = arguments.front();
    arguments = arguments.drop_front();
  }
  return (*option)->take(value);
}

Error CommandLine::parse(llvm::ArrayRef<StringRef> arguments) {
  while (!arguments.empty()) {
    StringRef argument = arguments.front();
    if (argument == "-h")
      argument = "--help";
    if (argument == "--help") {
      help = true;
      return Error::success();
    }
    if (argument.size() > 1 && argument.front() == '-') {
      if (Error error = parseOption(arguments))
        return error;
      continue;
    }
    if (positionalValues)
      positionalValues->push_back(argument.str());
    else if (positionalValue && positionalValue->empty())
      *positionalValue = argument.str();
    else
      return createStringError("unexpected argument '" + argument + "'");
    arguments = arguments.drop_front();
  }
  bool missing = positionalValues ? positionalValues->empty() && positionalRequired
                                  : positionalValue && positionalValue->empty();
  if (missing && !(positionalWaived && *positionalWaived))
    return createStringError("expected " + positionalWhat + ": fovea " + name + " " + usage);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Help
//===----------------------------------------------------------------------===//

void CommandLine::printHelp(llvm::raw_ostream &os) const {
  constexpr size_t column = 30;
  os << summary << "\n\nUsage: fovea " << name << ' ' << usage << '\n';
  StringRef section;
  for (const Option &option : options) {
    if (option.section != section)
      os << '\n' << option.section << ":\n";
    section = option.section;
    std::string left = option.letter.empty() ? "  " : "  -" + option.letter + ", ";
    left += dashed(option.name);
    if (!option.what.empty())
      left += option.needsValue ? (option.name.size() == 1 ? " " : "=") + option.what
                                : "[=" + option.what + "]";
    os << left << std::string(left.size() < column ? column - left.size() : 1, ' ') << option.help
       << '\n';
  }
  if (examples.empty())
    return;
  os << "\nExamples:\n";
  for (const auto &[command, meaning] : examples)
    os << "  # " << meaning << "\n  " << command << '\n';
}
