using Microsoft.Extensions.Options;

namespace Chat.Server.Providers;

/// <summary>The models that a channel may choose: those of the contract, with what configuration adds or changes.</summary>
public sealed class ModelCatalogue
{
    /// <summary>The model of a channel that names none.</summary>
    public const string DefaultModel = "llama-3.3-70b-versatile";

    /// <summary>The built-in guide: a model, and the name of its provider.</summary>
    public const string Guide = "guide";

    // Contract, section 1, "Models". The guide reads the knowledge itself, so its window only has to hold the question.
    private static readonly Model[] BuiltIn =
    [
        new(DefaultModel, "Llama 3.3 70B", 131_072, 8_192, 1_000, []),
        new("llama-3.1-70b-versatile", "Llama 3.1 70B", 131_072, 8_192, 1_000, []),
        new("llama-3.2-90b-text-preview", "Llama 3.2 90B", 131_072, 8_192, 1_500, []),
        new("mixtral-8x7b-32768", "Mixtral 8x7B", 32_768, 32_768, 500, []),
        new("gemma2-9b-it", "Gemma 2 9B", 8_192, 4_096, 250, []),
        new(Guide, "Built-in guide", 32_768, 8_192, 0, [new ModelAttempt(Guide, Guide)]),
    ];

    private readonly Dictionary<string, Model> _byId;

    /// <summary>Builds the catalogue once; configuration is read at start.</summary>
    public ModelCatalogue(IOptions<ProvidersOptions> options)
    {
        // As configuration compares its keys: two ids that differ only in case would be one to it, and to a database.
        var models = new OrderedDictionary<string, Model>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in BuiltIn)
            models[model.Id] = model;
        foreach (var (id, changes) in options.Value.Models)
            models[id] = Changed(models.GetValueOrDefault(id) ?? new Model(id, id, 32_768, 4_096, 1_000, []), changes);
        All = [.. models.Values];
        _byId = All.ToDictionary(model => model.Id, StringComparer.Ordinal);
    }

    /// <summary>Every model, in the order of the contract and then of configuration.</summary>
    public IReadOnlyList<Model> All { get; }

    /// <summary>The model of that id, or null.</summary>
    public Model? Find(string id) => _byId.GetValueOrDefault(id);

    internal static bool IsGuide(string name) => string.Equals(name, Guide, StringComparison.OrdinalIgnoreCase);

    private static ModelAttempt AttemptOf(Model model, AttemptOptions attempt) =>
        new(attempt.Provider, attempt.Model is "" ? model.Id : attempt.Model, ResponseProfiles.Parse(attempt.Profile));

    private static Model Changed(Model model, ModelOptions changes) => model with
    {
        Name = changes.Name ?? model.Name,
        ContextTokens = changes.ContextTokens ?? model.ContextTokens,
        MaxOutputTokens = changes.MaxOutputTokens ?? model.MaxOutputTokens,
        MicroCreditsPerToken = changes.CreditRate is { } rate ? (long)(rate * 1_000) : model.MicroCreditsPerToken,
        Attempts = changes.Attempts.Count == 0
            ? model.Attempts
            : [.. changes.Attempts.Select(attempt => AttemptOf(model, attempt))],
    };
}
