#include <algorithm>

#include "expected.hpp"
#include "peer_database.hpp"

namespace gm2m::test {

class AtlasAnswersTest : public AtlasTest {};
GM2M_INSTANTIATE_ON_ENGINES(AtlasAnswersTest);

TEST_P(AtlasAnswersTest, AreThoseOfThePeer) {
    expect_answers(db, atlas);
}

// The file is not empty, and is sorted as the comparison takes it to be.
TEST_P(AtlasAnswersTest, AreManyEnoughToMeanSomething) {
    EXPECT_EQ(expected().at("country").size(), 5U);
    EXPECT_EQ(expected().at("reverse").size(), 4U);
    EXPECT_EQ(expected().at("content_types").size(), 8U);
    EXPECT_EQ(expected().at("lookup").size(), 3U);
    EXPECT_EQ(expected().at("similar").size(), 3U);
}

// 1.4: each model finds the number that Django gave it
TEST_P(AtlasAnswersTest, ModelsHaveTheContentTypesOfThePeer) {
    for (const Model* model : atlas.models.models()) {
        const ContentType found = db.content_types().get_for_model(*model);
        const nlohmann::json row{found.id, model->app_label(), model->model_name()};
        EXPECT_EQ(std::ranges::count(expected().at("content_types"), row), 1) << model->label();
        EXPECT_EQ(db.content_types().get_for_id(found.id).registered, model);
    }
    EXPECT_TRUE(db.content_types().stale().empty());
}

// 1.3: the members come from the columns that Django made
TEST_P(AtlasAnswersTest, RowsArriveInTheStructs) {
    const auto zurich = db.get<::atlas::Subdivision>(704);
    EXPECT_EQ(zurich->code, "CH-ZH");
    EXPECT_EQ(zurich->name, "Zürich");
    EXPECT_EQ(zurich->country, "CH");
    const auto zone = db.get<::atlas::TimeZone>(279);
    EXPECT_EQ(zone->name, "Europe/Zurich");
    EXPECT_EQ(zone->coordinates, "+4723+00832");
    const auto usage = db.get<::atlas::Usage>(4);
    EXPECT_EQ(usage->country, "AD");
    EXPECT_EQ(usage->target_ct, db.content_types().get_for_model<::atlas::Language>().id);
    EXPECT_EQ(usage->target_fk, "172");
    EXPECT_EQ(usage->population_percent, 7.5);
}

// 2.7: in the order in which the peer linked them
TEST_P(AtlasAnswersTest, RelatedObjectsAreInTheOrderOfLinking) {
    std::vector<std::string> found;
    for (const Object& object : related_to("IN").all())
        found.push_back(peer_name(object.model(), object.key()));
    EXPECT_EQ(found, peer.sql("SELECT c.app_label || '.' || c.model || ':' || r.gm2m_pk FROM atlas_country_related r "
                              "JOIN django_content_type c ON c.id = r.gm2m_ct_id WHERE r.gm2m_src_id = 'IN' "
                              "ORDER BY r.id"));
}

// 2.7, 3.4: every link of the peer's, from both sides
TEST_P(AtlasAnswersTest, BothSidesHoldAllLinks) {
    std::size_t forward = 0, reverse = 0;
    for (const std::string& code : peer.sql("SELECT code FROM atlas_country"))
        forward += related_to(code).all().size();
    for (const auto& [model, table] : {std::pair{"atlas.TimeZone", "timezone"}, {"atlas.Language", "language"}})
        for (const std::string& id : peer.sql(std::string("SELECT id FROM atlas_") + table))
            reverse += db.related(db.get(model, id), "countries").all().size();
    for (const auto& [model, table] : {std::pair{"atlas.Currency", "currency"}, {"atlas.Script", "script"}})
        for (const std::string& code : peer.sql(std::string("SELECT code FROM atlas_") + table))
            reverse += db.related(db.get(model, code), "countries").all().size();
    EXPECT_EQ(forward, 7908U);
    // Each of the subdivisions, which are many, has one country.
    EXPECT_EQ(reverse + 5489, 7908U);
}

}  // namespace gm2m::test
