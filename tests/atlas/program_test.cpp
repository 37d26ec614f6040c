#include <filesystem>
#include <fstream>

#include "command.hpp"
#include "peer_database.hpp"

namespace gm2m::test {
namespace {

CommandResult run_atlas(const std::vector<std::string>& arguments) {
    std::vector<std::string> words{GM2M_ATLAS_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_command(words);
}

}  // namespace

/// The program of docs/examples/atlas, as a user runs it.
class AtlasProgramTest : public testing::TestWithParam<Engine> {
protected:
    AtlasProgramTest() : peer(GetParam()) {}

    /// The program's output, which ended well.
    std::string output(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), peer.url());
        const CommandResult result = run_atlas(arguments);
        EXPECT_EQ(result.status, 0) << result.output;
        return result.output;
    }
    /// What the program says when it fails.
    static std::string complaint(const std::vector<std::string>& arguments) {
        const CommandResult result = run_atlas(arguments);
        EXPECT_NE(result.status, 0) << result.output;
        return result.output;
    }
    static void expect_in(const std::string& text, const std::vector<std::string>& parts) {
        for (const std::string& part : parts)
            EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in:\n" << text;
    }

    PeerDatabase peer;
};
GM2M_INSTANTIATE_ON_ENGINES(AtlasProgramTest);

TEST_P(AtlasProgramTest, TellsWhatIsRelated) {
    expect_in(output({"CH"}),
              {"Switzerland (CH): 38 links\n", "  atlas.Subdivision: 26\n    Aargau (CH-AG), ", "Zürich (CH-ZH)\n",
               "  atlas.Currency: 1\n    Swiss Franc (CHF)\n", "  atlas.TimeZone: 1\n    Europe/Zurich\n",
               "  atlas.Script: 1\n    Latin (Latn)\n", "  atlas.Language: 9\n    English (en), French (fr), "});
}

TEST_P(AtlasProgramTest, TellsWithWhomItIsShared) {
    expect_in(output({"CH"}),
              {"  Europe/Zurich: 2\n    Germany, Liechtenstein\n", "  Swiss Franc (CHF): 1\n    Liechtenstein\n",
               "  Romansh (rm): no other\n", "  Latin (Latn): 235\n", "and 227 more\n",
               "  Germany: 7\n  France: 7\n  Canada: 6\n  United Kingdom: 6\n  Italy: 6\n"});
    expect_in(output({"AQ"}), {"Antarctica (AQ): 12 links\n"});
}

TEST_P(AtlasProgramTest, TakesItsChangesBack) {
    const std::vector<std::string> before = peer.contents();
    expect_in(output({"CH"}),
              {"  linked: atlas.Currency:XAU atlas.Language:558 atlas.Script:Zsye\n", "  unlinked: atlas.Script:Latn\n",
               "  Gold (XAU): countries: 1, with Switzerland\n",
               "  Latin (Latn): countries: 235, without Switzerland\n", "  taken back: Switzerland has 38 links\n"});
    EXPECT_EQ(peer.contents(), before);
}

TEST_P(AtlasProgramTest, KeepsChangesWhereAsked) {
    const std::vector<std::string> change{"CH",           "--add",    "TimeZone:1",   "--remove",
                                          "Currency:CHF", "--remove", "TimeZone:279", "--keep"};
    expect_in(output(change), {"  linked: atlas.TimeZone:1\n", "  unlinked: atlas.Currency:CHF atlas.TimeZone:279\n",
                               "  kept: Switzerland has 37 links\n"});
    expect_in(output(change), {"  linked: nothing\n", "  unlinked: nothing\n", "  kept: Switzerland has 37 links\n"});
    EXPECT_EQ(peer.sql("SELECT gm2m_pk FROM atlas_country_related WHERE gm2m_src_id = 'CH' AND gm2m_ct_id = 6"),
              std::vector<std::string>{"1"});
}

TEST_P(AtlasProgramTest, SaysWhatIsNotThere) {
    expect_in(complaint({peer.url(), "QQ"}), {"there is no country 'QQ'"});
    expect_in(complaint({peer.url(), "CH", "--add", "Ocean:1"}), {"no model 'atlas.Ocean'"});
    expect_in(complaint({peer.url(), "CH", "--add", "Language:9999"}), {"there is no atlas.Language:9999"});
    expect_in(complaint({peer.url(), "CH", "--remove", "Language"}), {"'Language' names no object"});
}

TEST_P(AtlasProgramTest, SaysWhatIsNoDatabaseOfTheAtlas) {
    const ScratchDatabase empty(GetParam());
    expect_in(complaint({empty.url(), "CH"}), {"this is no database of the atlas", "atlas_country"});
    expect_in(complaint({"mysql://localhost/atlas", "CH"}), {"'mysql' is no engine", "expected sqlite3://"});
    expect_in(complaint({"atlas.sqlite3", "CH"}), {"not a URL", "expected sqlite3://"});
    expect_in(complaint({peer.url()}), {"CODE is required"});
}

/// One program, one output, whatever the engine.
class AtlasEnginesTest : public testing::TestWithParam<const char*> {
protected:
    /// The output on each engine, before and after the engine has looked at its tables to plan its statements.
    static std::vector<std::string> outputs(const std::vector<std::string>& arguments) {
        std::vector<std::string> all;
        for (const Engine engine : engines())
            for (const bool analyzed : {false, true}) {
                const PeerDatabase peer(engine);
                if (analyzed)
                    peer.sql("ANALYZE");
                std::vector<std::string> words{peer.url()};
                words.insert(words.end(), arguments.begin(), arguments.end());
                const CommandResult result = run_atlas(words);
                EXPECT_EQ(result.status, 0) << result.output;
                all.push_back(result.output);
            }
        return all;
    }
    static void expect_equal(const std::vector<std::string>& outputs) {
        EXPECT_GT(outputs.front().size(), 500U);
        for (const std::string& output : outputs)
            EXPECT_EQ(output, outputs.front());
    }
};
INSTANTIATE_TEST_SUITE_P(Country, AtlasEnginesTest, testing::Values("CH", "AQ", "IN", "VA", "US"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST_P(AtlasEnginesTest, GiveTheSameOutput) {
    expect_equal(outputs({GetParam()}));
}

TEST_P(AtlasEnginesTest, GiveTheSameOutputOfLongerChanges) {
    expect_equal(
        outputs({GetParam(), "--add", "Subdivision:9", "Subdivision:10", "Script:Zsye", "Currency:XAU", "--remove",
                 "TimeZone:279", "Script:Latn", "Language:153", "Language:246", "Currency:CHF", "Currency:EUR"}));
}

}  // namespace gm2m::test
