using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Exactness;

/// <summary>
/// The control arm: the same surface over the same tables, with limit and balance looked at first and written later, as most
/// services do. The tests that the product passes must find it out.
/// </summary>
internal sealed class NaiveService : IAsyncDisposable
{
    public const string ChannelKey = "naive";

    // So many look before the first of them spends, however busy the machine is.
    private const int Together = 8;

    // The last few wait for others who do not come.
    private static readonly TimeSpan LastWait = TimeSpan.FromMilliseconds(500);

    private readonly WebApplication _app;
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-naive-").FullName;
    private readonly int _perMinute;
    private readonly long _cost;
    private readonly Lock _gate = new();
    private SqliteConnection _connection = null!;
    private TaskCompletionSource _others = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _turns;
    private int _waiting;

    private NaiveService(WebApplication app, int perMinute, long cost)
    {
        _app = app;
        _perMinute = perMinute;
        _cost = cost;
        Books = new Books(Path.Combine(_folder, "chat.db"));
    }

    public Books Books { get; }

    public HttpClient Client { get; private set; } = null!;

    public static async Task<NaiveService> StartAsync(int perMinute, long allocated, long cost)
    {
        var service = new NaiveService(LoopbackApp.Create(), perMinute, cost);
        service.CreateTables(allocated);
        service._app.MapPost("/chat", service.ChatAsync);
        await service._app.StartAsync();
        service.Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = service._app.Address() };
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _connection.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // The product's own tables, without the constraint that would stop what is to be shown.
    private void CreateTables(long allocated)
    {
        Books.Execute("PRAGMA journal_mode = WAL");
        foreach (var migration in Migration.For(DatabaseEngine.Sqlite))
            Books.Execute(migration.Text.Replace("consumed >= 0 AND reserved >= 0 AND consumed + reserved <= allocated", "1 = 1", StringComparison.Ordinal));
        Books.Execute($"""
            INSERT INTO channels (channel_id, public_id, name, model, system_prompt, knowledge, guide_fallback, active, requests_per_minute,
                requests_per_day, max_output_tokens, allowed_origins, suggested_questions, key_hash, key_sealed, created_at, updated_at)
            VALUES (1, 'c', 'Naive', 'm', '', '', 0, 1, 60, 1000, 64, '[]', '[]', x'00', x'00', 0, 0);
            INSERT INTO channel_usage (channel_id, minute_no, minute_count, day_no, day_count, allocated, consumed, reserved, last_reserved)
            VALUES (1, 0, 0, 0, 0, {allocated}, 0, 0, 0);
            INSERT INTO credit_grants (channel_id, credits, note, created_at) VALUES (1, {allocated}, '', 0);
            """);
        _connection = new SqliteConnection($"Data Source={Books.DatabasePath};Pooling=False");
        _connection.Open();
    }

    // Every statement by itself is safe; what lies between two of them is not.
    private long Run(string sql)
    {
        lock (_gate)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            return Convert.ToInt64(command.ExecuteScalar());
        }
    }

    private async Task ChatAsync(HttpContext context)
    {
        if (Run("SELECT minute_count FROM channel_usage") >= _perMinute)
            await AnswerAsync(context, 429, "rate_limit_exceeded");
        else if (Run("SELECT allocated - consumed FROM channel_usage") < _cost)
            await AnswerAsync(context, 403, "credits_exhausted");
        else
            await SpendAsync(context);
    }

    private async Task SpendAsync(HttpContext context)
    {
        // Where the upstream is asked, or another machine's database answers: time for everybody else.
        await OthersAsync();
        var id = Interlocked.Increment(ref _turns);
        Run($"""
            PRAGMA synchronous = OFF;
            BEGIN IMMEDIATE;
            UPDATE channel_usage SET minute_count = minute_count + 1, consumed = consumed + {_cost};
            INSERT INTO turns (message_id, channel_id, state, model, message, reply, prompt_tokens, completion_tokens, reserved, charged, day_no, created_at, lease_until)
            VALUES ('{id}', 1, 1, 'm', '{id}', 'reply', 0, 0, 0, {_cost}, 0, 0, 0);
            INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at)
            VALUES (1, '{id}', 'm', 'a', 0, 0, {_cost}, 0, 0);
            COMMIT;
            """);
        await AnswerAsync(context, 200, null);
    }

    private Task OthersAsync()
    {
        lock (_gate)
        {
            var others = _others;
            if (++_waiting % Together == 0)
            {
                _others = new(TaskCreationOptions.RunContinuationsAsynchronously);
                others.SetResult();
            }

            return Task.WhenAny(others.Task, Task.Delay(LastWait, TimeProvider.System));
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string? code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new JsonObject { ["code"] = code, ["message_id"] = code is null ? "id" : null });
    }
}
