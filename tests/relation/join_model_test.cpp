#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// 4.1: the join table of a relation is a read-only model, found by the field alone.
class JoinModelTest : public CinemaTest {
protected:
    JoinModelTest() {
        preferred_by(jack).add(alien, carmen, ch);
        preferred_by(jill).add(alien, brazil);
        preferred_by(jim).add(alien, carmen);
    }
    QuerySet links() { return db.query(cinema.preferred.join_model().label()); }

    Object jack = user("Jack"), jill = user("Jill"), jim = user("Jim");
    Object alien = movie("Alien"), brazil = movie("Brazil"), carmen = opera("Carmen"), ch = country("CH");
};
GM2M_INSTANTIATE(JoinModelTest, all_configurations);

TEST_P(JoinModelTest, IsFoundByTheFieldAlone) {
    const Model& model = cinema.preferred.join_model();
    EXPECT_EQ(model.label(), "cinema.User_preferred_videos");
    EXPECT_EQ(&db.models().get("cinema.user_preferred_videos"), &model);
    EXPECT_EQ(model.find_field("id") != nullptr, GetParam().layout == Layout::standard);
    EXPECT_EQ(model.field("gm2m_src").target(), &db.models()["cinema.User"]);
    EXPECT_EQ(links().count(), 7U);
}

TEST_P(JoinModelTest, CanBeFiltered) {
    EXPECT_EQ(links().filter(F("gm2m_src") == jack).count(), 3U);
    EXPECT_EQ(links().filter(F("gm2m_src__name").startswith("Ji")).count(), 4U);
    EXPECT_EQ(links().filter(F("gm2m_ct__model") == "opera").count(), 2U);
    EXPECT_EQ(links().filter(F("gm2m_pk") == "CH").count(), 1U);
    EXPECT_EQ(links().filter(F("gm2m_tgt") == alien).count(), 3U);
    EXPECT_EQ(links().filter(F("gm2m_tgt").in({alien, brazil, ch})).count(), 5U);
    EXPECT_EQ(links().filter(F("gm2m_tgt").in(std::vector<Object>{})).count(), 0U);
    EXPECT_EQ(links().filter(F("gm2m_tgt__movie__title") == "Brazil").get()["gm2m_src"], jill.key());
    EXPECT_EQ(links().filter(F("gm2m_tgt__movie__user__name") == "Jill").count(), 4U);
    EXPECT_EQ(links().exclude(F("gm2m_tgt__country__code") == "CH").count(), 6U);
    EXPECT_EQ(links().filter(F("gm2m_tgt").isnull()).count(), 0U);
}

TEST_P(JoinModelTest, CanBeGroupedCountedAndOrdered) {
    const auto favourites = links().order_by("-n", "gm2m_pk").limit(2).group({F("gm2m_ct__model"), F("gm2m_pk")},
                                                                             {{"n", Count("gm2m_src")}});
    ASSERT_EQ(favourites.size(), 2U);
    EXPECT_EQ(favourites[0]["gm2m_ct__model"], Value("movie"));
    EXPECT_EQ(favourites[0]["n"], Value(3));
    EXPECT_EQ(favourites[1]["gm2m_ct__model"], Value("opera"));
    const auto rows =
        links().order_by("-gm2m_src__name", "gm2m_ct", "gm2m_pk").values({"gm2m_src__name", "gm2m_pk", "gm2m_ct"});
    EXPECT_EQ(rows.front()["gm2m_src__name"], Value("Jim"));
    EXPECT_EQ(links().slice(2, 3).fetch().size(), 3U);
    EXPECT_TRUE(links().first());
    EXPECT_THROW(links().order_by("m").group({F("gm2m_src")}, {{"n", Count("gm2m_pk")}}), QueryError);
}

TEST_P(JoinModelTest, GivesRows) {
    const Object link = links().filter(F("gm2m_tgt") == ch).get();
    EXPECT_EQ(link["gm2m_src"], jack.key());
    EXPECT_EQ(link["gm2m_pk"], Value("CH"));
    EXPECT_EQ(db.content_types().get_for_id(static_cast<int>(link["gm2m_ct"].get<std::int64_t>())).model, "country");
}

TEST_P(JoinModelTest, RowsLeadToTheirObjects) {
    scratch.sql("DELETE FROM cinema_movie WHERE title = 'Brazil'");
    const auto rows = links().order_by("gm2m_src", "gm2m_ct__model", "gm2m_pk").fetch();
    StatementCounter counter(db);
    const auto targets = db.follow(rows, "gm2m_tgt");
    EXPECT_EQ(counter.statements(), 3U);
    ASSERT_EQ(targets.size(), 7U);
    EXPECT_EQ(targets[0]["code"], Value("CH"));
    EXPECT_EQ(targets[1]["title"], Value("Alien"));
    EXPECT_TRUE(targets[3].is(targets[1]));  // loaded once
    EXPECT_FALSE(targets[4]);                // gone
    EXPECT_EQ(db.follow(rows, "gm2m_src")[6]["name"], Value("Jim"));
    EXPECT_EQ(db.follow(rows[1], "gm2m_ct")["model"], Value("movie"));
    EXPECT_THROW(db.follow(rows, "gm2m_pk"), QueryError);
    EXPECT_THROW(db.follow(rows, "gm2m_target"), UnknownField);
}

TEST_P(JoinModelTest, IsReadOnly) {
    const Model& model = cinema.preferred.join_model();
    EXPECT_TRUE(model.is_read_only());
    EXPECT_THROW(db.insert(model.make({{"gm2m_src", 1}})), ObjectError);
    const Object link = links().first();
    EXPECT_THROW(db.save(link), ObjectError);
    EXPECT_THROW(db.update(link), ObjectError);
    EXPECT_THROW(db.remove(link), ObjectError);
    EXPECT_THROW(db.remove(std::vector{link, link}), ObjectError);
    EXPECT_THROW(db.explain_remove(link), ObjectError);
    EXPECT_THROW(links().update({{"gm2m_pk", "x"}}), ObjectError);
    EXPECT_EQ(rows_in_join_table(), 7U);
}

TEST_P(JoinModelTest, RefusesWhatDoesNotFit) {
    EXPECT_THROW(links().filter(F("gm2m_target") == alien).count(), UnknownField);
    EXPECT_THROW(links().filter(F("gm2m_tgt") == 5).count(), QueryError);
    EXPECT_THROW(links().filter(F("gm2m_tgt") > alien).count(), QueryError);
    EXPECT_THROW(links().filter(F("gm2m_tgt__moovie__title") == "x").count(), UnknownField);
    EXPECT_THROW(links().order_by("gm2m_tgt").fetch(), QueryError);
    EXPECT_THROW(db.query("cinema.User_preferred").count(), UnknownModel);
}

// The content types are rows like others.
TEST_P(JoinModelTest, ContentTypesAreAModel) {
    EXPECT_EQ(db.query("contenttypes.ContentType").filter(F("model") == "movie").get()["app_label"], Value("cinema"));
}

/// "More like this": the most related objects in common.
TEST_P(JoinModelTest, FindsTheMostInCommon) {
    const auto like_jack = preferred_by(jack).most_in_common(10);
    ASSERT_EQ(like_jack.size(), 2U);
    EXPECT_EQ(like_jack[0].object.key(), jim.key());
    EXPECT_EQ(like_jack[0].count, 2U);
    EXPECT_EQ(like_jack[1].object.key(), jill.key());
    EXPECT_EQ(like_jack[1].count, 1U);
    EXPECT_EQ(preferred_by(jack).most_in_common(1).size(), 1U);
    EXPECT_EQ(preferred_by(jack).of_type({"cinema.Opera"}).most_in_common(10).size(), 1U);
    EXPECT_EQ(preferred_by(jack).of_type(std::initializer_list<std::string_view>{}).most_in_common(10).size(), 0U);

    const auto like_alien = users_of(alien).most_in_common(10);
    ASSERT_EQ(like_alien.size(), 3U);
    EXPECT_EQ(like_alien[0].object.to_string(), carmen.to_string());
    EXPECT_EQ(like_alien[0].count, 2U);
    EXPECT_EQ(like_alien[1].count, 1U);
}

// The same as a query on the join table.
TEST_P(JoinModelTest, FindsTheMostInCommonByAQuery) {
    const auto groups = links()
                            .filter(F("gm2m_tgt").in(preferred_by(jack).all()))
                            .exclude(F("gm2m_src") == jack)
                            .order_by("-n")
                            .group({F("gm2m_src")}, {{"n", Count("gm2m_pk")}});
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0]["gm2m_src"], jim.key());
    EXPECT_EQ(groups[0]["n"], Value(2));
}

/// A generic foreign key on a table of one's own.
TEST_P(JoinModelTest, AGenericForeignKeyIsFollowedInQueries) {
    Registry models;
    models.model("cinema.Movie").primary_key("id", Kind::big_integer).field("title", Kind::text);
    models.model("cinema.Country").primary_key("code", Kind::text, {.max_length = 2}).field("name", Kind::text);
    models.model("cinema.Note")
        .primary_key("id", Kind::big_integer)
        .field("text", Kind::text)
        .field("on_type", Kind::integer, {.null = true})
        .field("on_key", Kind::text, {.max_length = 16, .null = true})
        .generic_foreign_key("on", "on_type", "on_key");
    Database other = Database::open(models, scratch.url());
    other.create_tables();
    const auto note = [&](const char* text, const Object& on) {
        const int type = on ? other.content_types().get_for_model(on.model().label()).id : 0;
        other.insert(models["cinema.Note"].make({{"text", text},
                                                 {"on_type", on ? Value(type) : Value()},
                                                 {"on_key", on ? Value(on.key().to_string()) : Value()}}));
    };
    note("great", other.get("cinema.Movie", alien.key()));
    note("land", other.get("cinema.Country", "CH"));
    note("nothing", {});
    const QuerySet notes = other.query("cinema.Note");
    EXPECT_EQ(notes.filter(F("on") == other.get("cinema.Movie", 1)).get()["text"], Value("great"));
    EXPECT_EQ(notes.filter(F("on__movie__title") == "Alien").get()["text"], Value("great"));
    EXPECT_EQ(notes.filter(F("on").isnull()).get()["text"], Value("nothing"));
}

}  // namespace gm2m::test
