#pragma once

#include <algorithm>

#include "support/cinema.hpp"

namespace gm2m::test {

/// The policies of the shop's foreign keys: those that a test is about.
struct ShopPolicies {
    ForeignKeyPolicy author_mentor = ForeignKeyPolicy::do_nothing;  // a tree
    ForeignKeyPolicy author_debut = ForeignKeyPolicy::do_nothing;   // with book_author, a cycle
    ForeignKeyPolicy book_author = ForeignKeyPolicy::do_nothing;
    ForeignKeyPolicy book_editor = ForeignKeyPolicy::do_nothing;
    ForeignKeyPolicy chapter_book = ForeignKeyPolicy::do_nothing;
    ForeignKeyPolicy chapter_reviewer = ForeignKeyPolicy::do_nothing;  // with chapter_book and book_author, a diamond
    Value default_author = {};                                         // of Book.author
    bool db_constraint = true;
};

struct ShopAuthor {
    std::int64_t id{};
    std::string name;
    std::optional<std::int64_t> mentor, debut;
};
struct ShopBook {
    std::int64_t id{};
    std::optional<std::int64_t> author, editor;
};
struct ShopChapter {
    std::int64_t id{};
    std::optional<std::int64_t> book, reviewer;
};

/// Authors, their books, and the books' chapters; all foreign keys can be NULL. Authors also like objects of any
/// models, which these do not know: the relation is hidden.
struct Shop {
    explicit Shop(const Configuration& configuration, const ShopPolicies& policies, const DatabaseOptions& options = {})
        : scratch(configuration.engine),
          likes(declare(configuration, policies)),
          db(Database::open(models, scratch.url(), options)) {
        db.create_tables();
    }

    Object author(const char* name, Value mentor = {}) {
        return db.insert(models["shop.Author"].make({{"name", name}, {"mentor", mentor}}));
    }
    Object book(Value author, Value editor = {}) {
        return db.insert(models["shop.Book"].make({{"author", author}, {"editor", editor}}));
    }
    Object chapter(Value book, Value reviewer = {}) {
        return db.insert(models["shop.Chapter"].make({{"book", book}, {"reviewer", reviewer}}));
    }
    void like(const Object& author, const std::vector<Object>& objects) { db.related(author, likes).add(objects); }

    bool has(const Object& object) { return bool(db.find(object.model().label(), object.key())); }
    Value reload(const Object& object, const char* field) {
        return db.get(object.model().label(), object.key())[field];
    }
    /// The rows of all tables, links included.
    std::size_t rows() {
        std::size_t count = db.query("shop.Author_likes").count();
        for (const char* label : {"shop.Author", "shop.Book", "shop.Chapter"})
            count += db.query(label).count();
        return count;
    }

    ScratchDatabase scratch;
    Registry models;
    GM2MField likes;
    Database db;

private:
    GM2MField declare(const Configuration& configuration, const ShopPolicies& policies) {
        const auto key = [&](const ForeignKeyPolicy& policy, Value otherwise = {}) {
            return FieldOptions{.null = true,
                                .default_value = std::move(otherwise),
                                .db_constraint = policies.db_constraint,
                                .on_delete = policy};
        };
        const FieldOptions mentor = key(policies.author_mentor), debut = key(policies.author_debut);
        const FieldOptions of = key(policies.book_author, policies.default_author), editor = key(policies.book_editor);
        const FieldOptions in = key(policies.chapter_book), reviewer = key(policies.chapter_reviewer);
        if (configuration.models == Models::compiled) {
            models.model<ShopAuthor>("shop.Author")
                .primary_key("id", &ShopAuthor::id)
                .field("name", &ShopAuthor::name)
                .foreign_key("mentor", &ShopAuthor::mentor, "shop.Author", mentor)
                .foreign_key("debut", &ShopAuthor::debut, "shop.Book", debut);
            models.model<ShopBook>("shop.Book")
                .primary_key("id", &ShopBook::id)
                .foreign_key("author", &ShopBook::author, "shop.Author", of)
                .foreign_key("editor", &ShopBook::editor, "shop.Author", editor);
            models.model<ShopChapter>("shop.Chapter")
                .primary_key("id", &ShopChapter::id)
                .foreign_key("book", &ShopChapter::book, "shop.Book", in)
                .foreign_key("reviewer", &ShopChapter::reviewer, "shop.Author", reviewer);
        } else {
            models.model("shop.Author")
                .primary_key("id", Kind::big_integer)
                .field("name", Kind::text)
                .foreign_key("mentor", "shop.Author", mentor)
                .foreign_key("debut", "shop.Book", debut);
            models.model("shop.Book")
                .primary_key("id", Kind::big_integer)
                .foreign_key("author", "shop.Author", of)
                .foreign_key("editor", "shop.Author", editor);
            models.model("shop.Chapter")
                .primary_key("id", Kind::big_integer)
                .foreign_key("book", "shop.Book", in)
                .foreign_key("reviewer", "shop.Author", reviewer);
        }
        return models.gm2m("shop.Author", "likes", {.related_name = "+", .layout = configuration.layout});
    }
};

/// "Author 1, Book 2; likes 3; Book.author 1": rows by model, links by relation, rows by the foreign key that was set;
/// each sorted.
inline std::string told(const Deleted& deleted) {
    const auto list = [](const auto& counts, const auto& label_of) {
        std::vector<std::string> parts;
        for (const auto& count : counts) {
            const std::string label = label_of(count);
            parts.push_back(label.substr(label.find('.') + 1) + " " + std::to_string(count.count));
        }
        std::ranges::sort(parts);
        std::string text;
        for (const std::string& part : parts)
            text += (text.empty() ? "" : ", ") + part;
        return text;
    };
    const auto field = [](const FieldCount& count) { return count.field; };
    std::string text = list(deleted.by_model, [](const ModelCount& count) { return count.label; });
    for (const std::string& more : {list(deleted.by_relation, field), list(deleted.by_foreign_key, field)})
        text += more.empty() ? "" : "; " + more;
    return text;
}

}  // namespace gm2m::test
