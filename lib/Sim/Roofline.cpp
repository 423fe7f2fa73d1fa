//===- Roofline.cpp - Layers under a machine's roof -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/Roofline.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace fovea;
using namespace fovea::sim;

namespace {
constexpr double pictureWidth = 720, pictureHeight = 440;
constexpr double left = 70, right = 20, top = 40, bottom = 55;

/// A logarithmic axis over whole decades, and where on the picture its values lie.
struct Axis {
  double least, greatest, begin, end;

  double operator()(double value) const {
    double share = std::log10(value / least) / std::log10(greatest / least);
    return begin + share * (end - begin);
  }
};

struct Point {
  llvm::StringRef name;
  double intensity, rate; ///< MAC per byte, GMAC/s.
};

class Picture {
public:
  Picture(const Simulation &simulation, const Accelerator &machine, llvm::raw_ostream &os);
  void write();

private:
  void writeAxes();
  void writeRoof();
  void writePoints();
  void text(double x, double y, llvm::StringRef anchor, llvm::StringRef content,
            llvm::StringRef more = "");

  const Accelerator &machine;
  llvm::raw_ostream &os;
  double peak, bandwidth; ///< GMAC/s, GB/s.
  std::vector<Point> points;
  Axis across, up;
};
} // namespace

static double decadeBelow(double value) { return std::pow(10, std::floor(std::log10(value))); }
static double decadeAbove(double value) { return std::pow(10, std::ceil(std::log10(value))); }

static std::string escaped(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    if (c == '<' || c == '&' || c == '>' || c == '"')
      result += llvm::formatv("&#{0};", int(c));
    else
      result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return result;
}

Picture::Picture(const Simulation &simulation, const Accelerator &machine, llvm::raw_ostream &os)
    : machine(machine), os(os) {
  double gigahertz = double(machine.megahertz) / 1e3;
  peak = double(machine.rows * machine.cols) * gigahertz;
  double engines = machine.dmaReadsAndWritesShare ? 1 : 2;
  bandwidth = engines * double(machine.dmaBytesPerCycle) * gigahertz;
  double ridge = peak / bandwidth;
  double leastX = ridge / 10, greatestX = ridge * 10, leastY = peak / 10;
  for (const LayerResult &layer : simulation.layers) {
    double bytes = double(layer.work.bytes.dramRead + layer.work.bytes.dramWritten);
    if (layer.macs == 0 || bytes == 0 || layer.cycles == 0)
      continue;
    double macs = double(layer.macs);
    points.push_back({layer.name, macs / bytes, macs / double(layer.cycles) * gigahertz});
    leastX = std::min(leastX, points.back().intensity);
    greatestX = std::max(greatestX, points.back().intensity);
    leastY = std::min(leastY, points.back().rate);
  }
  across = {decadeBelow(leastX), decadeAbove(greatestX * 1.01), left, pictureWidth - right};
  up = {decadeBelow(leastY), decadeAbove(peak * 1.01), pictureHeight - bottom, top};
}

void Picture::text(double x, double y, llvm::StringRef anchor, llvm::StringRef content,
                   llvm::StringRef more) {
  os << llvm::formatv("<text x=\"{0:F1}\" y=\"{1:F1}\" text-anchor=\"{2}\"{3}>{4}</text>\n", x, y,
                      anchor, more, escaped(content));
}

static std::string printed(double value) {
  std::string result;
  llvm::raw_string_ostream(result) << llvm::format("%g", value);
  return result;
}

void Picture::writeAxes() {
  constexpr llvm::StringLiteral line =
      "<line x1=\"{0:F1}\" y1=\"{1:F1}\" x2=\"{2:F1}\" y2=\"{3:F1}\" stroke=\"#ddd\"/>\n";
  for (double value = across.least; value <= across.greatest * 1.01; value *= 10) {
    os << llvm::formatv(line.data(), across(value), up.begin, across(value), up.end);
    text(across(value), up.begin + 18, "middle", printed(value));
  }
  for (double value = up.least; value <= up.greatest * 1.01; value *= 10) {
    os << llvm::formatv(line.data(), across.begin, up(value), across.end, up(value));
    text(across.begin - 8, up(value) + 4, "end", printed(value));
  }
  text((across.begin + across.end) / 2, pictureHeight - 14, "middle",
       "multiply-accumulates per byte of DRAM");
  double middle = (up.begin + up.end) / 2;
  text(18, middle, "middle", "GMAC/s",
       llvm::formatv(" transform=\"rotate(-90 18 {0:F1})\"", middle).str());
}

void Picture::writeRoof() {
  // Where DRAM's slope enters the picture: at its left side or at its bottom.
  double ridge = peak / bandwidth;
  double entry = std::max(across.least, up.least / bandwidth);
  os << llvm::formatv("<polyline fill=\"none\" stroke=\"#444\" stroke-width=\"2\" "
                      "points=\"{0:F1},{1:F1} {2:F1},{3:F1} {4:F1},{3:F1}\"/>\n",
                      across(entry), up(entry * bandwidth), across(ridge), up(peak), across.end);
  text(across.end - 4, up(peak) - 6, "end",
       llvm::formatv("array: {0} GMAC/s", printed(peak)).str());
  text(across(ridge) - 8, up(peak) - 6, "end",
       llvm::formatv("DRAM: {0} GB/s", printed(bandwidth)).str());
}

void Picture::writePoints() {
  for (const Point &point : points)
    os << llvm::formatv("<circle cx=\"{0:F1}\" cy=\"{1:F1}\" r=\"4\" fill=\"#1f77b4\" "
                        "fill-opacity=\"0.6\"><title>{2}: {3} MAC/byte, {4} GMAC/s</title>"
                        "</circle>\n",
                        across(point.intensity), up(point.rate), escaped(point.name),
                        printed(point.intensity), printed(point.rate));
}

void Picture::write() {
  os << llvm::formatv("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:F0}\" "
                      "height=\"{1:F0}\" viewBox=\"0 0 {0:F0} {1:F0}\" "
                      "font-family=\"sans-serif\" font-size=\"12\">\n"
                      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
                      pictureWidth, pictureHeight);
  text(left, 22, "start", machine.name + ": layers under its roof", " font-size=\"15\"");
  writeAxes();
  writeRoof();
  writePoints();
  os << "</svg>\n";
}

void sim::writeRoofline(const Simulation &simulation, const Accelerator &machine,
                        llvm::raw_ostream &os) {
  Picture(simulation, machine, os).write();
}
