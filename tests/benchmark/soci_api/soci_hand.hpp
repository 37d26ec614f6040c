#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <optional>
#include <string>

#include "plain_hand.hpp"
#include "stage.hpp"

namespace benchmark::soci_api {

/// SOCI fetches as many rows at a time as the vectors in into() hold.
constexpr std::size_t rows_at_once = 1'000;

/// What differs between the engines in SQL.
struct Syntax {
    /// A list of keys is passed as a text: SOCI knows no arrays.
    char open, close;
    /// The list `:keys` as a sub-query of one column, of integers and of texts.
    const char *integers, *texts;
    /// gm2m_pk to be compared with numbers; one that is no number is equal to none.
    const char* number;
    /// Locks the rows that are read, where rows are locked.
    const char* lock;
};

/// What is the same on both engines.
class SociHand : public PlainHand {
public:
    UsersWithVideos users_with_videos(std::int64_t last);
    OperasWithUsers operas_with_users();
    Users users_of_movie(std::int64_t movie);
    Movies movies_of_users_named(const std::string& name);
    Removed remove_movie(std::int64_t movie);
    Removed remove_movies_after(std::int64_t movie);
    Removed remove_users_up_to(std::int64_t user);

protected:
    SociHand(const Address& address, const soci::backend_factory& backend, const std::string& connect_string,
             const Syntax& syntax);

    /// model_count if it is the number of none of ours.
    std::size_t model_of(int content_type) const;
    /// Numbers, or texts with `quote` around each.
    template <class T>
    std::string list_of(const std::vector<T>& keys, std::string_view quote = "") const {
        std::string text(1, syntax_.open);
        for (const T& key : keys) {
            text += text.size() > 1 ? "," : "";
            text += quote;
            text += std::to_string(key);
            text += quote;
        }
        return text + syntax_.close;
    }

    Layout layout_;
    soci::session session_;
    int content_types_[model_count] = {};

private:
    void load_videos(LinkedKeys& keys, std::vector<AnyVideo>& videos);
    void load_users(const std::vector<std::int64_t>& keys, std::vector<User>& users);
    /// Calls `take(id, text)` with the objects of a table that have these keys.
    template <class Take>
    void load(const std::string& table, const std::string& column, const std::vector<std::int64_t>& keys, Take&& take);

    /// A statement that takes what to look for and gives a few objects, row by row.
    struct LookUp {
        LookUp(soci::session& session, const std::string& sql, int content_type);

        std::string wanted;
        int content_type;
        long long id = 0;
        std::string text;
        soci::statement statement;
    };

    /// The deletion of a movie and of its links.
    struct Removal {
        Removal(soci::session& session, int content_type);

        long long id = 0;
        std::string text;
        int content_type;
        soci::statement row, links;
    };
    std::vector<std::int64_t> keys_of(const std::string& sql, std::int64_t bound);
    std::size_t remove_by_keys(const std::string& sql, const std::string& list);

    const Syntax& syntax_;
    std::optional<Removal> removal_;
    std::optional<LookUp> users_, movies_;
};

}  // namespace benchmark::soci_api
