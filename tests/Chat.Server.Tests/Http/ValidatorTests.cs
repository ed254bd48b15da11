using Chat.Server.Http;
using Chat.Server.Tests.Infrastructure;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Server.Tests.Http;

/// <summary>A body whose type has no validator is taken as it is: none of the product's may be missing from the program.</summary>
public sealed class ValidatorTests : AppTest
{
    public static TheoryData<Type> Validators => [.. typeof(HttpModule).Assembly.GetTypes().Where(type => !type.IsAbstract && Contracts(type).Any())];

    [Theory]
    [MemberData(nameof(Validators))]
    public void Every_validator_is_the_one_that_the_program_uses(Type validator) => Assert.All(
        Contracts(validator), contract => Assert.Same(validator, Assert.Single(App.Services.GetServices(contract))!.GetType()));

    [Fact]
    public void There_are_some() => Assert.True(Validators.Count >= 6);

    private static IEnumerable<Type> Contracts(Type type) =>
        type.GetInterfaces().Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IValidator<>));
}
