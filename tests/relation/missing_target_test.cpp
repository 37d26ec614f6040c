#include <functional>

#include <gm2m/error.hpp>

#include "support/cinema.hpp"

namespace gm2m::test {

/// 2.12: a link is made to a row that is there, or nothing is written.
class MissingTargetTest : public CinemaTest {
protected:
    MissingTargetTest()
        : me(user("Me")), you(user("You")), films(movies(4)), carmen(opera("Carmen")), swiss(country("CH")) {
        preferred_by(me).add(films[0], carmen);
        before = links();
    }

    Reference reference(const std::string& label, Value key) const { return {&cinema.registry[label], std::move(key)}; }
    std::vector<std::string> links() const {
        return scratch.sql(
            "SELECT gm2m_src_id || ' ' || gm2m_ct_id || ' ' || gm2m_pk FROM cinema_user_preferred_videos "
            "ORDER BY gm2m_src_id, gm2m_ct_id, gm2m_pk");
    }
    /// Fails with a message that says this much, and writes nothing: by itself, and in a transaction, which is then to
    /// be rolled back.
    void expect_refused(const std::function<void(Database&)>& work, std::initializer_list<std::string> said) {
        const auto refused = [&] {
            try {
                work(db);
                ADD_FAILURE() << "nothing was missed";
            } catch (const IntegrityError& error) {
                EXPECT_EQ(error.constraint(), IntegrityError::Constraint::foreign_key);
                EXPECT_FALSE(error.retryable());
                EXPECT_FALSE(error.code().empty());
                EXPECT_FALSE(error.sql().empty());
                for (const std::string& part : said)
                    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << part << ": " << error.what();
                EXPECT_NE(std::string(error.what()).find("cinema.User.preferred_videos"), std::string::npos)
                    << error.what();
            }
        };
        refused();
        EXPECT_EQ(links(), before);
        EXPECT_EQ(preferred_by(me).count(), 2U);  // the connection is good for more
        {
            Transaction transaction(db);
            preferred_by(you).add(films[3]);
            {
                Transaction inner(db);
                refused();
            }
            EXPECT_EQ(preferred_by(you).count(), 1U);
        }
        EXPECT_EQ(links(), before);
    }

    Object me, you;
    std::vector<Object> films;
    Object carmen, swiss;
    std::vector<std::string> before;
};
GM2M_INSTANTIATE(MissingTargetTest, all_configurations);

TEST_P(MissingTargetTest, One) {
    const Reference movie = reference("cinema.Movie", 77), country = reference("cinema.Country", "XX");
    for (const Reference& missing : {movie, country}) {
        expect_refused([&](Database& in) { in.related(me, cinema.preferred).add(missing); },
                       {missing.to_string() + " "});
        expect_refused([&](Database& in) { in.related(me, cinema.preferred).add(missing, missing); },
                       {missing.to_string() + " "});
        expect_refused([&](Database& in) { in.related(me, cinema.preferred).set(missing); },
                       {missing.to_string() + " "});
        expect_refused([&](Database& in) { in.related(me, cinema.preferred).toggle(missing); },
                       {missing.to_string() + " "});
    }
}

TEST_P(MissingTargetTest, OneAmongMany) {
    const Reference missing = reference("cinema.Movie", 77);
    const auto writes = [&](auto write) {
        expect_refused([&](Database& in) { write(in.related(me, cinema.preferred)); },
                       {"one of the 5 objects of cinema.Movie "});
    };
    writes([&](const RelatedManager& mine) { mine.add(films, missing); });
    writes([&](const RelatedManager& mine) { mine.add(missing, films, films, missing); });
    writes([&](const RelatedManager& mine) { mine.set(films[3], films[2], missing, films[1], films[0], films[1]); });
    writes([&](const RelatedManager& mine) { mine.toggle(films, missing); });
}

TEST_P(MissingTargetTest, OfTwoModels) {
    const Reference country = reference("cinema.Country", "XX"), movie = reference("cinema.Movie", 77);
    const auto writes = [&](auto write) {
        for (const bool both : {false, true})
            for (const Reference& missing : {country, movie})
                expect_refused(
                    [&](Database& in) {
                        write(in.related(me, cinema.preferred),
                              std::vector{both ? country : swiss.reference(), missing, films[1].reference()});
                    },
                    {"at least one of the", "cinema.Country", "cinema.Movie"});
    };
    writes([&](const RelatedManager& mine, const std::vector<Reference>& objects) { mine.add(objects); });
    writes([&](const RelatedManager& mine, const std::vector<Reference>& objects) { mine.set(objects); });
    writes([&](const RelatedManager& mine, const std::vector<Reference>& objects) { mine.toggle(objects); });
}

// Not even a content type
TEST_P(MissingTargetTest, OfAModelThatIsNewToTheDatabase) {
    const Reference missing = reference("cinema.Documentary", 1);
    const std::string count = "SELECT count(*) FROM gm2m_content_type";
    const auto types = scratch.sql(count);
    expect_refused([&](Database& in) { in.related(me, cinema.preferred).add(films[1], missing); },
                   {"cinema.Documentary"});
    EXPECT_EQ(scratch.sql(count), types);
    EXPECT_THROW(db.related(missing, "user_set"), NoReverseRelation);
    EXPECT_EQ(preferred_by(me).add(documentary("doc")).added.size(), 1U);
}

TEST_P(MissingTargetTest, OnTheReverseSide) {
    cinema.preferred.add_relation("cinema.Country");
    const Reference movie = reference("cinema.Movie", 77), country = reference("cinema.Country", "XX");
    for (const Reference& missing : {movie, country}) {
        expect_refused([&](Database& in) { in.related(missing, "user_set").add(me); }, {missing.to_string() + " "});
        expect_refused([&](Database& in) { in.related(missing, "user_set").add(you, me); },
                       {missing.to_string() + " "});
        expect_refused([&](Database& in) { in.related(missing, "user_set").set(you); }, {missing.to_string() + " "});
        expect_refused([&](Database& in) { in.related(missing, "user_set").toggle(you); }, {missing.to_string() + " "});
    }
}

// 2.9: what something else has deleted can be unlinked, and what set() leaves alone does not matter.
TEST_P(MissingTargetTest, ThatIsLinkedAlready) {
    scratch.sql("DELETE FROM cinema_movie WHERE id = 1");
    EXPECT_EQ(names(preferred_by(me).set(films[0], films[1]).added), "cinema.Movie:2");
    EXPECT_EQ(names(preferred_by(me).toggle(films[0], films[2]).removed), "cinema.Movie:1");
    EXPECT_EQ(names(preferred_by(me).all()), "cinema.Movie:2 cinema.Movie:3");
    scratch.sql("DELETE FROM cinema_movie WHERE id = 2");
    before = links();
    expect_refused([&](Database& in) { in.related(me, cinema.preferred).add(films[1]); }, {"cinema.Movie:2"});
    expect_refused([&](Database& in) { in.related(films[1], "user_set").add(me); }, {"cinema.Movie:2"});
    EXPECT_EQ(names(users_of(films[1]).toggle(me).removed), "cinema.User:1");
    EXPECT_EQ(users_of(films[1]).set({}).removed.size(), 0U);
}

// All or nothing where the work is split, whichever part it is
TEST_P(MissingTargetTest, InSplitStatements) {
    db = Database::open(cinema.registry, scratch.url(), {.keys_per_statement = 2});
    const std::vector<Reference> users{me.reference(), you.reference(), user("3").reference(), user("4").reference()};
    for (std::size_t place = 0; place <= films.size(); ++place) {
        std::vector<Reference> objects;
        for (const Object& film : films)
            objects.push_back(film.reference());
        objects.insert(objects.begin() + static_cast<std::ptrdiff_t>(place), reference("cinema.Movie", 77));
        const auto writes = [&](auto write) {
            expect_refused([&](Database& in) { write(in.related(me, cinema.preferred), objects); }, {"cinema.Movie"});
        };
        writes([](const RelatedManager& mine, const auto& all) { mine.add(all); });
        writes([](const RelatedManager& mine, const auto& all) { mine.set(all); });
        writes([](const RelatedManager& mine, const auto& all) { mine.toggle(all); });
    }
    const Reference missing = reference("cinema.Movie", 77);
    expect_refused([&](Database& in) { in.related(missing, "user_set").add(users); }, {"cinema.Movie:77"});
    expect_refused([&](Database& in) { in.related(missing, "user_set").set(users); }, {"cinema.Movie:77"});
    expect_refused([&](Database& in) { in.related(missing, "user_set").toggle(users); }, {"cinema.Movie:77"});
}

// 2.7: in the order of the arguments, whatever the models
TEST_P(MissingTargetTest, LeavesTheOrderOfLinking) {
    if (!GetParam().keeps_order_of_linking())
        return;
    const std::vector<Object> given{films[3], swiss, films[1], opera("Tosca"), films[2]};
    const auto expect_order = [&](auto write) {
        preferred_by(you).clear();
        write(preferred_by(you));
        EXPECT_EQ(names_in_order(preferred_by(you).all()), names_in_order(given));
    };
    expect_order([&](const RelatedManager& yours) { yours.add(given, given); });
    expect_order([&](const RelatedManager& yours) { yours.set(given, given); });
    expect_order([&](const RelatedManager& yours) { yours.toggle(given); });
}

// A statement for each set of models is kept, of many sets only some.
TEST_P(MissingTargetTest, InManySetsOfModels) {
    Registry models;
    models.model("zoo.Keeper").primary_key("id", Kind::integer).field("name", Kind::text);
    std::vector<std::string> labels;
    for (int i = 0; i < 8; ++i)
        models.model(labels.emplace_back("zoo.Animal" + std::to_string(i)))
            .primary_key("id", Kind::integer)
            .field("name", Kind::text);
    const GM2MField keeps = models.gm2m("zoo.Keeper", "animals", {.layout = GetParam().layout});
    Database zoo = Database::open(models, scratch.url());
    zoo.create_tables();
    const Object keeper = zoo.insert(models["zoo.Keeper"].make({{"name", "K"}}));
    for (const std::string& label : labels)
        zoo.insert(models[label].make({{"name", "A"}}));
    for (unsigned set = 1; set < 256; ++set) {
        std::vector<Reference> animals;
        for (unsigned i = 0; i < 8; ++i)
            if (set >> i & 1U)
                animals.push_back({&models[labels[i]], Value(1)});
        zoo.related(keeper, keeps).clear();
        EXPECT_EQ(zoo.related(keeper, keeps).add(animals).added.size(), animals.size());
        animals.back().key = 2;
        EXPECT_THROW(zoo.related(keeper, keeps).set(animals), IntegrityError);
        EXPECT_EQ(zoo.related(keeper, keeps).count(), animals.size());
    }
}

}  // namespace gm2m::test
