#include "expected.hpp"
#include "peer_database.hpp"

namespace gm2m::test {

/// The peer's relation through a model of its own. (4.2, 4.3)
class AtlasSpokenTest : public AtlasTest {
protected:
    RelatedManager spoken_in(const std::string& code) {
        return db.related(db.get("atlas.Country", code), atlas.spoken);
    }
    static std::vector<std::string> keys(const std::vector<Object>& objects) {
        std::vector<std::string> keys;
        for (const Object& object : objects)
            keys.push_back(object.key().to_string());
        return keys;
    }
    std::vector<std::string> peer_keys(const std::string& code, const std::string& order) {
        return peer.sql("SELECT target_fk FROM atlas_usage WHERE country_id = '" + code + "' ORDER BY " + order);
    }
};
GM2M_INSTANTIATE_ON_ENGINES(AtlasSpokenTest);

// 4.3: by the model's ordering, and by its other fields.
TEST_P(AtlasSpokenTest, InAnyOrderOfItsFields) {
    for (const std::string code : {"CH", "IN", "US", "AQ"}) {
        SCOPED_TRACE(code);
        EXPECT_EQ(keys(spoken_in(code).all()), peer_keys(code, "population_percent DESC, id"));
        EXPECT_EQ(keys(spoken_in(code).order_by_through({"population_percent"}).all()),
                  peer_keys(code, "population_percent, id"));
        EXPECT_EQ(keys(spoken_in(code).order_by_through({"-id"}).all()), peer_keys(code, "id DESC"));
        EXPECT_EQ(keys(spoken_in(code).order_by_through({"-population_percent", "-id"}).all()),
                  peer_keys(code, "population_percent DESC, id DESC"));
    }
}

// 5.1: prefetched in the same order, for all countries at once.
TEST_P(AtlasSpokenTest, Prefetched) {
    const std::vector<std::string> wanted = peer.sql("SELECT country_id || ' ' || target_fk FROM atlas_usage "
                                                     "ORDER BY country_id, population_percent DESC, id");
    ASSERT_GT(wanted.size(), 1000U);
    for (const bool with_rows : {false, true}) {
        const Prefetch prefetch = with_rows ? Prefetch(atlas.spoken).with_through() : Prefetch(atlas.spoken);
        std::vector<std::string> found;
        for (const auto& country : db.query<::atlas::Country>().order_by("code").prefetch(prefetch).fetch())
            for (const std::string& key : keys(db.related(country, atlas.spoken).all()))
                found.push_back(country->code + " " + key);
        EXPECT_EQ(found, wanted);
    }
}

// What gm2m links, the peer's table holds as the peer writes it.
TEST_P(AtlasSpokenTest, WritesRowsOfThePeer) {
    spoken_in("CH").with_values({{"population_percent", 99.5}}).add(db.get<::atlas::Script>("Latn"));
    EXPECT_EQ(
        peer.sql("SELECT u.id || '|' || country_id || '|' || c.model || '|' || target_fk || '|' || population_percent "
                 "FROM atlas_usage u JOIN django_content_type c ON c.id = u.target_ct_id WHERE u.id > 1235"),
        std::vector<std::string>{"1236|CH|script|Latn|99.5"});
    EXPECT_EQ(keys(spoken_in("CH").all()).front(), "Latn");
    const auto swiss = db.query<::atlas::Language>().filter(F("spoken_in__code") == "CH").fetch();
    EXPECT_EQ(swiss.size() + 1, spoken_in("CH").count());
}

}  // namespace gm2m::test
