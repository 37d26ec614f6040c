#include "architecture/include_graph.hpp"

#include <fstream>
#include <regex>

namespace gm2m::test {

IncludeGraph::IncludeGraph(const std::filesystem::path& root) {
    read_folder(root / "src");
    read_folder(root / "include");
}

void IncludeGraph::read_folder(const std::filesystem::path& folder) {
    static const std::regex directive(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file())
            continue;
        std::vector<Include>& includes = files_[entry.path().lexically_relative(folder).generic_string()];
        std::ifstream file(entry.path());
        std::string line;
        for (std::size_t number = 1; std::getline(file, line); ++number)
            if (std::smatch match; std::regex_search(line, match, directive))
                includes.push_back({number, match[1]});
    }
}

std::set<std::string> IncludeGraph::reached_from(const std::string& file) const {
    std::set<std::string> reached;
    std::vector<std::string> open{file};
    while (!open.empty()) {
        const auto found = files_.find(open.back());
        open.pop_back();
        if (found == files_.end())
            continue;
        for (const Include& include : found->second)
            if (reached.insert(include.name).second)
                open.push_back(include.name);
    }
    return reached;
}

}  // namespace gm2m::test
