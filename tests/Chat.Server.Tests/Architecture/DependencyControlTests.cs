using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Providers;
using Chat.Server.Storage;
using Mono.Cecil;

namespace Chat.Server.Tests.Architecture;

/// <summary>That the reading of the compiled program sees an arrow wherever it can hide, and that the table forbids what it should.</summary>
public sealed class DependencyControlTests
{
    private static readonly string Used = typeof(ProviderDirectory).FullName!;

    [Theory]
    [InlineData(typeof(InField))]
    [InlineData(typeof(InSignature))]
    [InlineData(typeof(InBody))]
    [InlineData(typeof(InLambda))]
    [InlineData(typeof(InAsyncMethod))]
    [InlineData(typeof(InIterator))]
    [InlineData(typeof(InTypeArgument))]
    [InlineData(typeof(InCallArgument))]
    [InlineData(typeof(InAttribute))]
    [InlineData(typeof(InAttributeOfParameter))]
    [InlineData(typeof(InBase))]
    [InlineData(typeof(InConstraint<>))]
    [InlineData(typeof(InArray))]
    public void An_arrow_is_seen_where_it_hides(Type type) => Assert.Contains(UsesOf(type), use => use.Used == Used);

    [Fact]
    public void A_type_without_the_arrow_has_none() => Assert.DoesNotContain(UsesOf(typeof(Innocent)), use => use.Used == Used);

    [Theory]
    [InlineData("Chat.Server.Conversations.X", "Chat.Server.Providers.Y")]
    [InlineData("Chat.Server.Errors.X", "Chat.Server.Http.Y")]
    [InlineData("Chat.Server.Storage.X", "Chat.Server.Errors.Y")]
    [InlineData("Chat.Server.Channels.X", "Chat.Server.Quotas.Y")]
    [InlineData("Chat.Server.Administration.X", "Chat.Server.Rendering.Y")]
    [InlineData("Chat.Server.Administration.X", "Chat.Server.Hosting.Docs.Y")]
    [InlineData("Chat.Server.Hosting.X", "Program")]
    [InlineData("Chat.Server.Novelties.X", "Chat.Server.Errors.Y")]
    [InlineData("Program", "Chat.Server.Novelties.Y")]
    public void The_table_forbids(string user, string used) => Assert.NotEmpty(DependencyTests.ForbiddenArrows([new TypeUse(user, used)]));

    [Theory]
    [InlineData("Chat.Server.Conversations.X", "Chat.Server.Quotas.Y")]
    [InlineData("Chat.Server.Providers.Guide.X", "Chat.Server.Providers.Y")]
    [InlineData("Chat.Server.Hosting.X", "Chat.Server.Administration.Y")]
    [InlineData("Program", "Chat.Server.Hosting.Docs.Y")]
    [InlineData("Chat.Server.Errors.X", "System.String")]
    public void The_table_allows(string user, string used) => Assert.Empty(DependencyTests.ForbiddenArrows([new TypeUse(user, used)]));

    private static IReadOnlyCollection<TypeUse> UsesOf(Type type)
    {
        using var module = ModuleDefinition.ReadModule(typeof(DependencyControlTests).Assembly.Location);
        var definition = module.GetType(type.FullName!.Replace('+', '/'));
        return TypeUses.Of(TypeUses.WithNested(definition));
    }

    [AttributeUsage(AttributeTargets.All)]
    private sealed class NamesAttribute(Type type) : Attribute
    {
        public Type Type => type;
    }

    private abstract class InField
    {
        protected ProviderDirectory? Field { get; set; }
    }

    private abstract class InSignature
    {
        protected abstract void Take(ref ProviderDirectory?[] directories);
    }

    private static class InBody
    {
        public static object Make() => typeof(ProviderDirectory);
    }

    private static class InLambda
    {
        public static Func<object, bool> Make(int number) => thing => number == 1 && thing is ProviderDirectory;
    }

    private static class InAsyncMethod
    {
        public static async Task<bool> IsAsync(object thing)
        {
            await Task.Yield();
            return thing is ProviderDirectory;
        }
    }

    private static class InIterator
    {
        public static IEnumerable<object> All(object thing)
        {
            yield return thing as ProviderDirectory ?? thing;
        }
    }

    private abstract class InTypeArgument
    {
        protected abstract Task<IReadOnlyList<Func<int, ProviderDirectory>>> All();
    }

    private static class InCallArgument
    {
        public static object? Resolve(IServiceProvider services) =>
            Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetService<ProviderDirectory>(services);
    }

    [Names(typeof(ProviderDirectory))]
    private static class InAttribute;

    private static class InAttributeOfParameter
    {
        public static int Take([Names(typeof(ProviderDirectory[]))] int number) => number;
    }

    private abstract class InBase : List<ProviderDirectory>;

    private abstract class InConstraint<T>
        where T : IEnumerable<ProviderDirectory>
    {
        protected abstract T? Value { get; }
    }

    private static class InArray
    {
        public static object Make() => Array.Empty<ProviderDirectory[,]>();
    }

    private abstract class Innocent
    {
        protected abstract Result<Channel> Find(Sql sql, ModelCatalogue catalogue);
    }
}
