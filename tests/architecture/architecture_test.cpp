#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "architecture/rules.hpp"

namespace gm2m::test {
namespace {

namespace fs = std::filesystem;

using Findings = std::vector<std::string>;

const fs::path root = GM2M_SOURCE_DIR;

/// A source tree in a temporary folder, with what a rule is to find.
class SmallTree {
public:
    SmallTree() : root_(fs::temp_directory_path() / fs::path("gm2m_architecture_XXXXXX")) {
        std::string name = root_.string();
        if (!mkdtemp(name.data()))
            throw std::runtime_error("no temporary folder");
        root_ = name;
        fs::create_directories(root_ / "src");
        fs::create_directories(root_ / "include");
    }
    ~SmallTree() { fs::remove_all(root_); }

    SmallTree& add(const fs::path& file, const std::string& text) {
        fs::create_directories((root_ / file).parent_path());
        std::ofstream(root_ / file) << text;
        return *this;
    }
    IncludeGraph graph() const { return IncludeGraph(root_); }

private:
    fs::path root_;
};

/// The files that the compiler reads for a program that includes `header`; empty if it does not compile.
std::vector<std::string> files_read_for(const std::string& header) {
    const std::string command = "echo '#include <" + header + ">' | '" GM2M_CXX "' -std=c++20 -x c++ -M -I '" +
                                (root / "include").string() + "' -";
    FILE* pipe = popen(command.c_str(), "r");
    std::string output;
    char buffer[4096];
    while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe))
        output.append(buffer, size);
    if (pclose(pipe) != 0)
        return {};
    std::vector<std::string> files;
    std::istringstream words(output);
    for (std::string word; words >> word;)
        if (word.starts_with('/'))
            files.push_back(word);
    return files;
}

TEST(ArchitectureTest, DependenciesPointDownTheTableOfLayers) {
    const IncludeGraph graph(root);
    EXPECT_GT(graph.files().size(), 50U);
    EXPECT_EQ(layer_findings(graph), Findings{});
}

TEST(ArchitectureTest, DriversAreIncludedFromTheBackendAlone) {
    EXPECT_EQ(driver_findings(IncludeGraph(root)), Findings{});
}

TEST(ArchitectureTest, NoPublicHeaderReachesADriver) {
    EXPECT_EQ(public_header_findings(IncludeGraph(root)), Findings{});
}

// As the compiler sees it, whatever the text of the directives is.
TEST(ArchitectureTest, NoProgramThatIncludesTheLibraryReadsADriver) {
    const std::vector<std::string> files = files_read_for("gm2m/gm2m.hpp");
    const std::string own = root.string() + "/";
    std::size_t own_files = 0;
    for (const std::string& file : files)
        if (file.starts_with(own))
            ++own_files;
        else
            EXPECT_FALSE(is_foreign_to_users(file)) << file;
    EXPECT_GT(own_files, 10U);
}

TEST(ArchitectureTest, FindsAnIncludeThatGoesUp) {
    SmallTree tree;
    tree.add("src/relation/forward.hpp", "#pragma once\n")
        .add("src/schema/schema.cpp", "#include <vector>\n\n#include \"relation/forward.hpp\"\n")
        .add("include/gm2m/related_manager.hpp", "")
        .add("src/query/context.hpp", "#  include <gm2m/related_manager.hpp>\n");
    EXPECT_EQ(layer_findings(tree.graph()),
              (Findings{"query/context.hpp:1: query includes gm2m/related_manager.hpp of relation",
                        "schema/schema.cpp:3: schema includes relation/forward.hpp of relation"}));
}

TEST(ArchitectureTest, FindsAModelThatReachesIntoTheBackend) {
    SmallTree tree;
    tree.add("src/backend/text_form.hpp", "").add("src/backend/connection.hpp", "");
    tree.add("src/model/field.cpp", "#include \"backend/text_form.hpp\"\n");
    EXPECT_EQ(layer_findings(tree.graph()), Findings{});
    tree.add("src/model/model.cpp", "#include \"backend/connection.hpp\"\n");
    EXPECT_EQ(layer_findings(tree.graph()),
              (Findings{"model/model.cpp:1: model includes backend/connection.hpp of backend",
                        "model/model.cpp: model reaches backend/connection.hpp of backend"}));
    tree.add("src/model/model.cpp", "").add("src/backend/text_form.hpp", "#include \"backend/connection.hpp\"\n");
    EXPECT_EQ(layer_findings(tree.graph()),
              (Findings{"model/field.cpp: model reaches backend/connection.hpp of backend"}));
}

TEST(ArchitectureTest, FindsFilesInNoLayerAndFilesThatDoNotExist) {
    SmallTree tree;
    tree.add("src/util/util.hpp", "").add("include/gm2m/fresh.hpp", "");
    tree.add("src/query/context.hpp", "#include \"query/missing.hpp\"\n");
    EXPECT_EQ(layer_findings(tree.graph()),
              (Findings{"gm2m/fresh.hpp: is in no layer: give it one in tests/architecture/rules.cpp",
                        "query/context.hpp:1: query/missing.hpp does not exist",
                        "util/util.hpp: is in no layer: give it one in tests/architecture/rules.cpp"}));
}

TEST(ArchitectureTest, FindsDriversWhereTheyDoNotBelong) {
    SmallTree tree;
    tree.add("src/backend/sqlite/sqlite_error.hpp", "#include <sqlite3.h>\n")
        .add("src/database/pool.cpp", "#include <soci/soci.h>\n#include <libpq-fe.h>\n")
        .add("src/query/select.cpp", "#include <soci/soci.h>\n#include \"backend/sqlite/sqlite_error.hpp\"\n");
    EXPECT_EQ(driver_findings(tree.graph()),
              (Findings{"database/pool.cpp:2: libpq-fe.h outside of src/backend, interop",
                        "query/select.cpp:1: soci/soci.h outside of src/backend, src/database, interop",
                        "query/select.cpp:2: an engine's backend/sqlite/sqlite_error.hpp outside of src/backend"}));
}

TEST(ArchitectureTest, FindsPublicHeadersThatReachADriver) {
    SmallTree tree;
    tree.add("include/gm2m/value.hpp", "#include <boost/uuid/uuid.hpp>\n")
        .add("include/gm2m/model.hpp", "#include <gm2m/value.hpp>\n#include \"model/names.hpp\"\n")
        .add("include/gm2m/interop/soci.hpp", "#include <soci/soci.h>\n");
    EXPECT_EQ(public_header_findings(tree.graph()),
              (Findings{"gm2m/model.hpp reaches boost/uuid/uuid.hpp",
                        "gm2m/model.hpp reaches model/names.hpp, which is not public",
                        "gm2m/value.hpp reaches boost/uuid/uuid.hpp"}));
}

TEST(ArchitectureTest, KnowsTheHeadersOfDrivers) {
    for (const char* foreign : {"/usr/include/soci/soci.h", "/usr/include/sqlite3.h",
                                "/usr/include/postgresql/libpq-fe.h", "boost/version.hpp", "libpq-fe.h"})
        EXPECT_TRUE(is_foreign_to_users(foreign)) << foreign;
    for (const char* own : {"gm2m/interop/soci.hpp", "backend/sqlite/sqlite_error.hpp", "vector"})
        EXPECT_FALSE(is_foreign_to_users(own)) << own;
}

}  // namespace
}  // namespace gm2m::test
