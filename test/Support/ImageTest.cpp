//===- ImageTest.cpp - Reading and writing pictures ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Image.h"
#include "TestFiles.h"

using namespace fovea;
using namespace fovea::test;

static std::vector<int> pixels(const Tensor &image) {
  std::vector<int> values;
  for (char c : image.bytes())
    values.push_back(static_cast<unsigned char>(c));
  return values;
}

TEST(Image, ReadsPng) {
  Tensor colour = valueOf(readImage(input("colour.png")));
  EXPECT_EQ(colour.typeName(), "u8[2,3,3]");
  EXPECT_EQ(pixels(colour),
            (std::vector<int>{255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 255}));
  Tensor grey = valueOf(readImage(input("grey.png")));
  EXPECT_EQ(grey.typeName(), "u8[1,3,1]");
  EXPECT_EQ(pixels(grey), (std::vector<int>{0, 128, 255}));
}

TEST(Image, ReadsJpeg) {
  Tensor grey = valueOf(readImage(input("grey.jpg")));
  EXPECT_EQ(grey.typeName(), "u8[8,8,1]");
  EXPECT_EQ(pixels(grey), std::vector<int>(64, 77));
  Tensor colour = valueOf(readImage(input("colour.jpg")));
  EXPECT_EQ(colour.typeName(), "u8[16,32,3]");
  EXPECT_NEAR(pixels(colour)[0], 200, 4);
  EXPECT_NEAR(pixels(colour)[31 * 3 + 2], 200, 4);
}

TEST(Image, WritesPng) {
  Folder folder;
  for (int64_t channels : {1, 3}) {
    Tensor image = valueOf(Tensor::allocate(ElementType::U8, {5, 7, channels}));
    for (auto [i, byte] : llvm::enumerate(image.mutableBytes()))
      byte = static_cast<char>(i * 37);
    ASSERT_EQ(errorText(writePng(folder.path("x.png"), image)), "");
    Tensor again = valueOf(readImage(folder.path("x.png")));
    EXPECT_EQ(again.typeName(), image.typeName());
    EXPECT_EQ(pixels(again), pixels(image));
  }
}

TEST(Image, WriterErrors) {
  Folder folder;
  auto error = [&](ElementType type, std::vector<int64_t> shape) {
    return errorText(writePng(folder.path("x.png"), valueOf(Tensor::allocate(type, shape))));
  };
  EXPECT_CONTAINS(error(ElementType::F32, {2, 2, 1}), "f32[2,2,1] is no picture");
  EXPECT_CONTAINS(error(ElementType::U8, {2, 2}), "u8[2,2] is no picture");
  EXPECT_CONTAINS(error(ElementType::U8, {2, 2, 2}), "is no picture");
  EXPECT_CONTAINS(error(ElementType::U8, {0, 2, 1}), "is no picture");
  EXPECT_TRUE(folder.files().empty());
}

TEST(Image, BadFiles) {
  Folder folder;
  EXPECT_CONTAINS(errorText(readImage(folder.path("none.png"))), "No such file");
  EXPECT_CONTAINS(errorText(readImage(folder.write("x", "GIF89a"))), "neither a PNG nor a JPEG");
  EXPECT_CONTAINS(errorText(readImage(folder.write("x", ""))), "neither a PNG nor a JPEG");
  for (llvm::StringRef name : {"colour.png", "grey.jpg", "colour.jpg"}) {
    std::string bytes = contents(input(name));
    for (size_t size : {size_t(4), size_t(30), bytes.size() - 20})
      EXPECT_NE(errorText(readImage(folder.write("x", bytes.substr(0, size)))), "") << name.str();
  }
}

TEST(Image, HugePng) {
  Folder folder;
  std::string bytes = contents(input("grey.png"));
  bytes[16] = 0x7f; // Width: now 2 GiB; the checksum is wrong too, which must not help it.
  EXPECT_NE(errorText(readImage(folder.write("x.png", bytes))), "");
}
