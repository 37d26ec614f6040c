#include "expected.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

namespace gm2m::test {
namespace {

using ::atlas::Country;
using ::atlas::Language;
using ::atlas::Script;
using nlohmann::json;
using Names = std::vector<std::string>;

void expect_content_types(Database& db, const json& rows) {
    const std::vector<ContentType> all = db.content_types().all();
    ASSERT_EQ(all.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(all[i].id, rows[i][0].get<int>());
        EXPECT_EQ(all[i].app_label, rows[i][1].get<std::string>());
        EXPECT_EQ(all[i].model, rows[i][2].get<std::string>());
    }
}

void expect_set(const RelatedSet& set, const Names& names) {
    EXPECT_EQ(peer_names(set.all()), names);
    EXPECT_EQ(set.count(), names.size());
    EXPECT_EQ(set.exists(), !names.empty());
}

void expect_count_by_model(const RelatedSet& related, const Names& names) {
    std::map<std::string, std::size_t> wanted, found;
    for (const std::string& name : names)
        ++wanted[name.substr(0, name.find(':'))];
    for (const ModelCount& model : related.count_by_model())
        found[model.model->app_label() + "." + model.model->model_name()] = model.count;
    EXPECT_EQ(found, wanted);
}

void expect_contains(Database& db, const RelatedSet& related, const Names& names) {
    for (const std::string& name : names)
        EXPECT_TRUE(related.contains(find_peer_object(db, name))) << name;
}

/// 4.3: in the order of the through model.
void expect_spoken(const RelatedSet& spoken, const Names& names) {
    Names found, with_usages;
    for (const Object& object : spoken.all())
        found.push_back(peer_name(object.model(), object.key()));
    for (const auto& [usage, object] : spoken.all_with_through())
        with_usages.push_back(peer_name(object.model(), object.key()));
    EXPECT_EQ(found, names);
    EXPECT_EQ(with_usages, names);
}

void expect_country(Database& db, const ::atlas::Atlas& atlas, const std::string& code, const json& answers) {
    const RelatedManager related = db.related(db.get<Country>(code), atlas.related);
    for (const auto& [question, answer] : answers.items()) {
        SCOPED_TRACE(code + " " + question);
        if (question == "count") {
            EXPECT_EQ(related.count(), answer.get<std::size_t>());
        } else if (question == "related") {
            expect_set(related, answer);
            expect_count_by_model(related, answer);
            expect_contains(db, related, answer);
        } else if (question == "only_language") {
            expect_set(related.of_type<Language>(), answer);
            EXPECT_EQ(related.all<Language>().size(), answer.size());
        } else if (question == "language_or_script") {
            expect_set(related.of_type<Language, Script>(), answer);
            expect_set(related.of_type({"atlas.Script", "atlas.Language"}), answer);
        } else if (question == "spoken_in_order") {
            expect_spoken(db.related(db.get<Country>(code), atlas.spoken), answer);
        } else {
            ADD_FAILURE() << "nothing asks this";
        }
    }
}

void expect_reverse(Database& db, const std::string& target, const Names& countries) {
    SCOPED_TRACE(target);
    const RelatedManager users = db.related(find_peer_object(db, target), "countries");
    expect_set(users, countries);
    expect_contains(db, users, countries);
    EXPECT_EQ(users.all<Country>().size(), countries.size());
}

Names field_of(const std::vector<Object>& objects, const char* field) {
    Names values;
    for (const Object& object : objects)
        values.push_back(object[field].to_string());
    return values;
}

void expect_lookup(Database& db, const std::string& question, const json& answer) {
    SCOPED_TRACE(question);
    if (question == "Language.filter(countries__name=Switzerland)")
        EXPECT_EQ(
            field_of(db.query("atlas.Language").filter(F("countries__name") == "Switzerland").order_by("code").fetch(),
                     "code"),
            answer.get<Names>());
    else if (question == "Currency.filter(countries__code__in=[US,EC,SV])")
        EXPECT_EQ(
            field_of(db.query("atlas.Currency").filter(F("countries__code").in({"US", "EC", "SV"})).fetch(), "code"),
            answer.get<Names>());
    else if (question == "Script.exclude(countries__isnull=False).count()")
        EXPECT_EQ(db.query("atlas.Script").exclude(F("countries").isnull(false)).count(), answer.get<std::size_t>());
    else
        ADD_FAILURE() << "nothing asks this";
}

/// By the call, and by the query on the join table that it stands for.
void expect_similar(Database& db, const ::atlas::Atlas& atlas, const std::string& code, const json& answer) {
    SCOPED_TRACE(code);
    const auto country = db.get<Country>(code);
    const RelatedManager related = db.related(country, atlas.related);
    json called = json::array(), queried = json::array();
    for (const auto& [other, count] : related.most_in_common(answer.size()))
        called.push_back({other.get<Country>().code, count});
    EXPECT_EQ(called, answer);

    const auto groups = db.query("atlas.Country_related")
                            .filter(F("gm2m_tgt").in(related.all()))
                            .exclude(F("gm2m_src") == country)
                            .order_by("-common", "gm2m_src")
                            .limit(static_cast<std::int64_t>(answer.size()))
                            .group({F("gm2m_src")}, {{"common", Count("id")}});
    for (const Record& group : groups)
        queried.push_back({group["gm2m_src"].to_string(), group["common"].get<std::int64_t>()});
    EXPECT_EQ(queried, answer);
}

}  // namespace

const json& expected() {
    static const json answers = [] {
        std::ifstream file(GM2M_SOURCE_DIR "/tests/data/atlas/expected.json");
        return json::parse(file);
    }();
    return answers;
}

std::string peer_name(const Model& model, const Value& key) {
    return model.app_label() + "." + model.model_name() + ":" + key.to_string();
}

Names peer_names(const std::vector<Object>& objects) {
    Names names;
    for (const Object& object : objects)
        names.push_back(peer_name(object.model(), object.key()));
    std::ranges::sort(names);
    return names;
}

Object find_peer_object(Database& db, const std::string& name) {
    const auto colon = name.find(':');
    return db.get(name.substr(0, colon), name.substr(colon + 1));
}

void expect_answers(Database& db, const ::atlas::Atlas& atlas) {
    for (const auto& [subject, answers] : expected().items()) {
        SCOPED_TRACE(subject);
        if (subject == "content_types")
            expect_content_types(db, answers);
        else if (subject == "country")
            for (const auto& [code, of_country] : answers.items())
                expect_country(db, atlas, code, of_country);
        else if (subject == "reverse")
            for (const auto& [target, countries] : answers.items())
                expect_reverse(db, target, countries);
        else if (subject == "lookup")
            for (const auto& [question, answer] : answers.items())
                expect_lookup(db, question, answer);
        else if (subject == "similar")
            for (const auto& [code, answer] : answers.items())
                expect_similar(db, atlas, code, answer);
        else
            ADD_FAILURE() << "nothing asks this: " << subject;
    }
}

}  // namespace gm2m::test
