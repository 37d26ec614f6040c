#include "expected.hpp"
#include "peer_database.hpp"

namespace gm2m::test {

/// What gm2m writes is what the peer would have written.
class AtlasFormTest : public AtlasTest {
protected:
    using Rows = std::vector<std::string>;

    /// The join table's rows beyond those of the peer: "id|source|content type|key".
    Rows new_links() const {
        return peer.sql(
            "SELECT id || '|' || gm2m_src_id || '|' || gm2m_ct_id || '|' || gm2m_pk "
            "FROM atlas_country_related WHERE id > 7908 ORDER BY id");
    }
    /// The tables and their columns, indexes aside.
    Rows structure() const {
        return peer.sql(
            GetParam() == Engine::sqlite
                ? "SELECT sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
                : "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || "
                  "coalesce(column_default, '') FROM information_schema.columns "
                  "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position");
    }
};
GM2M_INSTANTIATE_ON_ENGINES(AtlasFormTest);

TEST_P(AtlasFormTest, LinksHaveTheContentTypeAndTheKeyAsText) {
    related_to("CH").add(db.get<::atlas::Currency>("XAU"));
    related_to("CH").add(db.get<::atlas::Language>(558));
    related_to("CH").add(db.get<::atlas::Subdivision>(1));
    EXPECT_EQ(new_links(), (Rows{"7909|CH|3|XAU", "7910|CH|4|558", "7911|CH|8|1"}));
}

TEST_P(AtlasFormTest, LinksFromTheReverseSideAreTheSame) {
    db.related(db.get<::atlas::Script>("Zsye"), "countries").add(db.get<::atlas::Country>("AQ"));
    EXPECT_EQ(new_links(), (Rows{"7909|AQ|5|Zsye"}));
}

TEST_P(AtlasFormTest, ContentTypesThatExistAreFound) {
    const Rows before = peer.sql("SELECT id FROM django_content_type ORDER BY id");
    const RelatedManager related = related_to("AQ");
    related.add(db.get<::atlas::Currency>("XAU"), db.get<::atlas::Language>(558), db.get<::atlas::Script>("Zsye"),
                db.get<::atlas::TimeZone>(279), db.get<::atlas::Subdivision>(1));
    related.add(db.get<::atlas::Country>("CH"), db.get<::atlas::Usage>(1));
    EXPECT_EQ(peer.sql("SELECT id FROM django_content_type ORDER BY id"), before);
    EXPECT_EQ(new_links().size(), 7U);
}

// The peer never saw this model: its number follows the peer's.
TEST_P(AtlasFormTest, NewContentTypesCountOn) {
    ::atlas::Atlas extended;
    extended.models.model("atlas.Ocean").primary_key("id", Kind::integer).field("name", Kind::text);
    Database own = open(extended);
    own.create_tables();
    const Object arctic = own.insert(extended.models["atlas.Ocean"].make({{"name", "Arctic Ocean"}}));
    own.related(own.get<::atlas::Country>("NO"), extended.related).add(arctic);
    EXPECT_EQ(peer.sql("SELECT id || '|' || app_label || '|' || model FROM django_content_type WHERE id > 8"),
              (Rows{"9|atlas|ocean"}));
    EXPECT_EQ(new_links(), (Rows{"7909|NO|9|1"}));
    EXPECT_EQ(peer_names(own.related(arctic, "countries").all()), (Rows{"atlas.country:NO"}));
}

// As with Django, the number of a link that is gone is not given again.
TEST_P(AtlasFormTest, LinksKeepCountingAfterTheLastOneIsRemoved) {
    const auto gold = db.get<::atlas::Currency>("XAU");
    related_to("CH").add(gold);
    related_to("CH").remove(gold);
    related_to("LI").add(gold);
    EXPECT_EQ(peer.sql("SELECT id >= 7910 FROM atlas_country_related WHERE gm2m_pk = 'XAU'"),
              (Rows{GetParam() == Engine::sqlite ? "1" : "t"}));
}

// 2.4, 2.6: a link of the peer's that stays keeps its row
TEST_P(AtlasFormTest, LinksOfThePeerKeepTheirRows) {
    const Rows before = peer.contents();
    const RelatedManager related = related_to("US");
    EXPECT_TRUE(related.add(related.all()).empty());
    EXPECT_TRUE(related.set(related.all()).empty());
    EXPECT_EQ(peer.contents(), before);
    EXPECT_EQ(related.remove(db.get<::atlas::Script>("Latn")).removed.size(), 1U);
    EXPECT_EQ(peer.contents().size(), before.size() - 1);
}

// 1.3: not managed, the tables are left alone but for the join table's index.
TEST_P(AtlasFormTest, CreatingTablesChangesNothing) {
    const Rows contents = peer.contents(), tables = structure();
    db.create_tables();
    EXPECT_EQ(peer.contents(), contents);
    EXPECT_EQ(structure(), tables);
    expect_answers(db, atlas);
}

// Even where the models are declared as gm2m's own, and twice.
TEST_P(AtlasFormTest, CreatingTablesOfManagedModelsLosesNothing) {
    const Rows contents = peer.contents(), tables = structure();
    const ::atlas::Atlas managed(true);
    Database own = open(managed);
    own.create_tables();
    own.create_tables();
    EXPECT_EQ(peer.contents(), contents);
    EXPECT_EQ(structure(), tables);
    expect_answers(own, managed);
    own.related(own.get<::atlas::Country>("CH"), managed.related).add(own.get<::atlas::Currency>("XAU"));
    EXPECT_EQ(new_links(), (Rows{"7909|CH|3|XAU"}));
}

// Its constraints and indexes have other names, and there is none for the reverse side (before create_tables()).
TEST_P(AtlasFormTest, ThePeersTablesPassTheChecks) {
    const std::vector<Finding> findings = db.check();
    ASSERT_EQ(findings.size(), 1U) << to_string(findings);
    EXPECT_EQ(findings.front().id, "gm2m.W401");
    EXPECT_EQ(findings.front().subject, "atlas.Country.related");
    db.create_tables();
    EXPECT_EQ(to_string(db.check()), "");
}

TEST_P(AtlasFormTest, InsertsCountOnWhereThePeerLeftOff) {
    const auto usage =
        db.insert(::atlas::Usage{.country = "CH", .target_ct = 5, .target_fk = "Latn", .population_percent = 99});
    EXPECT_EQ(usage->id, 1236);
    EXPECT_EQ(peer.sql("SELECT target_fk FROM atlas_usage WHERE id = 1236"), (Rows{"Latn"}));
}

}  // namespace gm2m::test
