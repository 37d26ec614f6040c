// Makes a C++ file of the ```cpp blocks of a Markdown document.
//
//     extract <document> <output> <number of blocks> [<function>]
//
// Without a function the blocks stand as they are: programs. With one they are its statements, in the order of the
// document and in one scope; a block after the line "<!-- file scope -->" stands before the function, as declarations
// and specialisations have to. What the reader need not see, such as a check, is a comment "<!-- cpp … -->".

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

struct Block {
    std::size_t first_line;
    bool file_scope;
    bool hidden;
    std::string text;
};

[[noreturn]] void fail(const std::string& message) {
    std::cerr << "error: " << message << '\n';
    std::exit(1);
}

std::vector<Block> read_blocks(const std::string& document) {
    std::ifstream in(document);
    if (!in)
        fail(document + " cannot be read");
    std::vector<Block> blocks;
    bool file_scope = false;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        const bool hidden = line == "<!-- cpp" || line == "<!-- cpp file scope";
        if (hidden || line == "```cpp") {
            Block block{number + 1, file_scope || line.ends_with("scope"), hidden, ""};
            const std::string end = hidden ? "-->" : "```";
            while (std::getline(in, line) && line != end) {
                ++number;
                block.text += line + "\n";
            }
            if (!in)
                fail(document + ":" + std::to_string(block.first_line) + ": the block does not end");
            ++number;
            blocks.push_back(block);
        } else if (line.starts_with("```c") && line != "```cmake") {
            fail(document + ":" + std::to_string(number) + ": a block of C++ begins with ```cpp");
        }
        file_scope = line == "<!-- file scope -->";
    }
    return blocks;
}

void write(std::ostream& out, const std::string& document, const Block& block) {
    // Errors are reported where the text is.
    out << "#line " << block.first_line << " \"" << document << "\"\n" << block.text;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4 || argc > 5)
        fail("usage: extract <document> <output> <number of blocks> [<function>]");
    const std::string document = argv[1];
    const std::vector<Block> blocks = read_blocks(document);
    std::size_t visible = 0;
    for (const Block& block : blocks)
        visible += !block.hidden;
    const std::size_t expected = std::strtoul(argv[3], nullptr, 10);
    if (visible != expected)
        fail(document + " has " + std::to_string(visible) + " cpp blocks, but " + std::to_string(expected) +
             (expected == 1 ? " is" : " are") + " expected (tests/readme/CMakeLists.txt)");

    std::ofstream out(argv[2]);
    for (const Block& block : blocks)
        if (argc == 4 || block.file_scope)
            write(out, document, block);
    if (argc == 5) {
        out << "void " << argv[4] << "(const std::string& url) {\n";
        for (const Block& block : blocks)
            if (!block.file_scope)
                write(out, document, block);
        out << "}\n";
    }
    out.close();
    if (!out)
        fail(std::string(argv[2]) + " cannot be written");
}
