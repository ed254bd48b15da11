using System.CommandLine;
using Chat.Server.Administration;
using Chat.Server.Hosting.Copying;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting;

/// <summary>
/// The command <c>database</c>: what whoever runs the store does with its schema. Unlike the other commands, none of these
/// brings the schema up to date by itself.
/// </summary>
internal static class DatabaseCommands
{
    /// <summary>The command tree.</summary>
    /// <param name="run">Runs an action and says what is wrong when the store cannot be used; it must not migrate.</param>
    public static Command Create(CommandRunner run) => new("database", "Brings the schema up to date, says what is missing, prints it for a database administrator, or copies everything elsewhere.")
    {
        MigrateCommand(run),
        StatusCommand(run),
        ScriptCommand(),
        CopyCommand.Create(run),
    };

    private static Command MigrateCommand(CommandRunner run)
    {
        var command = new Command("migrate", "Applies the migrations that are missing, and prints each.");
        command.SetAction((_, cancellationToken) => run(async services =>
        {
            var applied = await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
            foreach (var name in applied)
                System.Console.WriteLine($"Applied {name}.");
            if (applied.Count == 0)
                System.Console.WriteLine("Nothing to do: every migration is applied.");
            return 0;
        }));
        return command;
    }

    private static Command StatusCommand(CommandRunner run)
    {
        var command = new Command("status", "Prints which migrations are applied. Exit code 0: all are; 2: some are missing; 3: the database is newer than this program; 1: it is out of reach.");
        command.SetAction((_, cancellationToken) => run(async services => DatabaseStatus.Print(
            services.GetRequiredService<Database>().Engine,
            services.GetRequiredService<IOptions<StorageOptions>>().Value.Location(services.GetRequiredService<IHostEnvironment>()),
            await DatabaseStatus.ReadAsync(services, cancellationToken))));
        return command;
    }

    private static Command ScriptCommand()
    {
        var engine = new Option<DatabaseEngine>("--engine") { Description = "Whose SQL.", DefaultValueFactory = _ => DatabaseEngine.SqlServer };
        var from = new Option<string?>("--from") { Description = "The newest migration that the database has: only later ones are printed. SQL Server's script needs none, as it skips what is applied." };
        from.Validators.Add(given =>
        {
            if (given.Tokens is [var name] && Migration.For(DatabaseEngine.SqlServer).All(migration => migration.Name != name.Value))
                given.AddError($"There is no migration {name.Value}: \"database status\" names those that the database has.");
        });
        var command = new Command("script", "Prints the migrations as one script, to be applied by hand; no server need be in reach.") { engine, from };
        command.SetAction(parsed =>
        {
            System.Console.Write(MigrationScript.Write(parsed.GetValue(engine), parsed.GetValue(from)));
            return 0;
        });
        return command;
    }
}
