#include "relation/spoken.hpp"

namespace gm2m::test {

/// A through model with two foreign keys to the source and two generic ones, and relations by each pair: the links of
/// one are not those of the other. (BEHAVIOUR 4.2)
class TwoOfEachTest : public testing::TestWithParam<Configuration> {
protected:
    TwoOfEachTest() : scratch(GetParam().engine) {
        (void)models.model("post.Person").primary_key("id", Kind::integer).field("name", Kind::text);
        (void)models.model("post.Letter").primary_key("id", Kind::integer).field("name", Kind::text);
        (void)models.model("post.Stamp").primary_key("code", Kind::text, {.max_length = 8}).field("name", Kind::text);
        (void)models.model("post.Delivery")
            .primary_key("id", Kind::integer)
            .foreign_key("sender", "post.Person")
            .foreign_key("receiver", "post.Person", {.related_name = "deliveries_received"})
            .foreign_key("thing_type", "contenttypes.ContentType", {.null = true})
            .field("thing_key", Kind::text, {.max_length = 16, .null = true})
            .foreign_key("paid_type", "contenttypes.ContentType", {.null = true, .related_name = "paid"})
            .field("paid_key", Kind::text, {.max_length = 16, .null = true})
            .generic_foreign_key("thing", "thing_type", "thing_key")
            .generic_foreign_key("payment", "paid_type", "paid_key");
        sent.emplace(models.gm2m(
            "post.Person", "sent",
            {.related_name = "senders", .through = "post.Delivery", .through_fields = {"sender", "thing"}}));
        paid.emplace(models.gm2m("post.Person", "paid",
                                 {.related_name = "payers",
                                  .through = "post.Delivery",
                                  .through_fields = {"receiver", "payment", "paid_type", "paid_key"}}));
        db.emplace(Database::open(models, scratch.url()));
        db->create_tables();
        ann = db->insert(models["post.Person"].make({{"name", "Ann"}}));
        bob = db->insert(models["post.Person"].make({{"name", "Bob"}}));
        letter = db->insert(models["post.Letter"].make({{"name", "letter"}}));
        stamp = db->insert(models["post.Stamp"].make({{"code", "1c"}, {"name", "stamp"}}));
    }
    std::string names(const RelatedSet& related) const {
        std::string all;
        for (const Object& object : related.all())
            all += object["name"].to_string() + " ";
        return all;
    }

    ScratchDatabase scratch;
    Registry models;
    std::optional<GM2MField> sent, paid;
    std::optional<Database> db;
    Object ann, bob, letter, stamp;
};
GM2M_INSTANTIATE(TwoOfEachTest, engine_configurations);

TEST_P(TwoOfEachTest, EachRelationGoesByItsOwnFields) {
    db->related(ann, *sent).with_values({{"receiver", bob.key()}}).add(letter, stamp);
    db->related(bob, *paid).with_values({{"sender", ann.key()}}).add(stamp);
    EXPECT_EQ(names(db->related(ann, *sent)), "letter stamp ");
    EXPECT_EQ(names(db->related(bob, *sent)), "");
    EXPECT_EQ(names(db->related(bob, *paid)), "stamp ");
    EXPECT_EQ(names(db->related(ann, *paid)), "");
    EXPECT_EQ(names(db->related(stamp, "senders")), "Ann ");
    EXPECT_EQ(names(db->related(stamp, "payers")), "Bob ");
    EXPECT_EQ(db->query("post.Person").filter(F("sent__stamp__code") == "1c").count(), 1U);
    EXPECT_EQ(db->query("post.Person").filter(F("paid__letter__name") == "letter").count(), 0U);
}

// A row of one relation may be one of the other as well.
TEST_P(TwoOfEachTest, ARowOfBoth) {
    const Object delivery = models["post.Delivery"].make({{"sender", ann.key()}, {"receiver", bob.key()}});
    db->assign(delivery, "thing", letter);
    db->assign(delivery, "payment", stamp);
    db->insert(delivery);
    EXPECT_EQ(names(db->related(ann, *sent)), "letter ");
    EXPECT_EQ(names(db->related(bob, *paid)), "stamp ");
    EXPECT_EQ(db->remove(stamp).by_model.size(), 2U);
    EXPECT_EQ(names(db->related(ann, *sent)), "");
}

}  // namespace gm2m::test
