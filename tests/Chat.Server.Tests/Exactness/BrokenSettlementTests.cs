using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Exactness;

/// <summary>The control arms of the crash tests: services that end between two of their steps, before the same books.</summary>
public sealed class BrokenSettlementTests : IDisposable
{
    private const int Turns = 40;
    private const long Cost = 50, Reservation = 84, Granted = 1_000_000;

    private readonly TemporaryStore _store = new();

    /// <summary>What a settlement consists of, in a service that does it well or badly.</summary>
    public enum Arm
    {
        OneTransaction,
        ReplyBeforeCharge,
        ChargeBeforeReply,
        ChargeWithoutRelease,
        RetryWithoutKey,
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(Arm.OneTransaction, null)]
    [InlineData(Arm.ReplyBeforeCharge, "a stored reply that was not charged")]
    [InlineData(Arm.ChargeBeforeReply, "a charge without its reply")]
    [InlineData(Arm.ChargeWithoutRelease, "but pending turns hold")]
    [InlineData(Arm.RetryWithoutKey, "a double charge")]
    public async Task A_service_that_ends_between_its_steps_is_found_out(Arm arm, string? fault)
    {
        await _store.MigrateAsync();
        var books = new Books(_store.FilePath);
        Open(books);
        var random = new Random(20260405);
        for (var turn = 0; turn < Turns; turn++)
            Settle(books, arm, turn, endsBetween: random.Next(4) == 0);

        var faults = books.Faults();
        if (fault is null)
            Assert.Empty(faults);
        else
            Assert.Contains(faults, found => found.Contains(fault, StringComparison.Ordinal));
    }

    private static void Open(Books books) => books.Execute($"""
        INSERT INTO channels (channel_id, public_id, name, model, system_prompt, knowledge, guide_fallback, active, requests_per_minute,
            requests_per_day, max_output_tokens, allowed_origins, suggested_questions, key_hash, key_sealed, created_at, updated_at)
        VALUES (1, 'c', 'Arm', 'm', '', '', 0, 1, 60, 1000, 64, '[]', '[]', x'00', x'00', 0, 0);
        INSERT INTO channel_usage (channel_id, minute_no, minute_count, day_no, day_count, allocated, consumed, reserved, last_reserved)
        VALUES (1, 0, 0, 0, 0, {Granted}, 0, 0, 0);
        INSERT INTO credit_grants (channel_id, credits, note, created_at) VALUES (1, {Granted}, '', 0);
        """);

    private static void Settle(Books books, Arm arm, int turn, bool endsBetween)
    {
        Admit(books, $"id-{turn}", turn);
        var reply = $"UPDATE turns SET state = 1, reply = 'reply', charged = {Cost} WHERE message_id = 'id-{turn}';";
        string[] steps = arm switch
        {
            Arm.ReplyBeforeCharge => [reply, Charge($"id-{turn}", Reservation)],
            Arm.ChargeBeforeReply => [Charge($"id-{turn}", Reservation), reply],
            Arm.ChargeWithoutRelease => [reply + Charge($"id-{turn}", 0), $"UPDATE channel_usage SET reserved = reserved - {Reservation};"],
            _ => [reply + Charge($"id-{turn}", Reservation)],
        };
        books.Execute($"BEGIN IMMEDIATE; {steps[0]} COMMIT;");
        if (!endsBetween && steps.Length > 1)
            books.Execute($"BEGIN IMMEDIATE; {steps[1]} COMMIT;");
        else if (endsBetween && arm == Arm.RetryWithoutKey)
            SettleAgain(books, turn);
    }

    // The answer was lost on its way, and the retry is taken for another message.
    private static void SettleAgain(Books books, int turn)
    {
        var id = $"id-{turn}-again";
        Admit(books, id, turn);
        books.Execute($"BEGIN IMMEDIATE; UPDATE turns SET state = 1, reply = 'reply', charged = {Cost} WHERE message_id = '{id}'; {Charge(id, Reservation)} COMMIT;");
    }

    private static void Admit(Books books, string id, int turn) => books.Execute($"""
        BEGIN IMMEDIATE;
        UPDATE channel_usage SET reserved = reserved + {Reservation};
        INSERT INTO turns (message_id, channel_id, state, model, message, prompt_tokens, completion_tokens, reserved, charged, day_no, created_at, lease_until)
        VALUES ('{id}', 1, 0, 'm', 'message {turn}', 0, 0, {Reservation}, 0, 0, 0, 0);
        COMMIT;
        """);

    private static string Charge(string id, long released) => $"""
        UPDATE channel_usage SET reserved = reserved - {released}, consumed = consumed + {Cost};
        INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at)
        VALUES (1, '{id}', 'm', 'a', 0, 0, {Cost}, 0, 0);
        """;
}
