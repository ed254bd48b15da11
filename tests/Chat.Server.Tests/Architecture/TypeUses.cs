using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Chat.Server.Tests.Architecture;

/// <summary>That one type uses another, wherever in its definition. Nested and compiler-made types count as the type around them.</summary>
internal sealed record TypeUse(string User, string Used)
{
    public override string ToString() => $"{User} -> {Used}";
}

/// <summary>Everything that a type names: bases, attributes, fields, signatures and the code of its methods.</summary>
internal static class TypeUses
{
    public static IReadOnlyCollection<TypeUse> Of(ModuleDefinition module) => Of(module.Types.SelectMany(WithNested));

    public static IReadOnlyCollection<TypeUse> Of(IEnumerable<TypeDefinition> types) =>
        [.. types.SelectMany(type => NamedBy(type).SelectMany(Parts).Select(used => new TypeUse(Outermost(type), Outermost(used)))).Distinct()];

    public static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => [type, .. type.NestedTypes.SelectMany(WithNested)];

    public static string Outermost(TypeReference type) => type.DeclaringType is null ? type.FullName : Outermost(type.DeclaringType);

    private static IEnumerable<TypeReference?> NamedBy(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. NamedBy(type.GenericParameters),
        .. NamedBy((ICustomAttributeProvider)type),
        .. type.Fields.SelectMany(field => NamedBy(field).Append(field.FieldType)),
        .. type.Properties.SelectMany(property => NamedBy(property).Append(property.PropertyType)),
        .. type.Events.SelectMany(happening => NamedBy(happening).Append(happening.EventType)),
        .. type.Methods.SelectMany(NamedBy),
    ];

    private static IEnumerable<TypeReference?> NamedBy(MethodDefinition method) =>
    [
        .. Signature(method),
        .. method.Overrides.SelectMany(Signature),
        .. NamedBy((ICustomAttributeProvider)method),
        .. NamedBy(method.GenericParameters),
        .. method.Parameters.SelectMany(NamedBy),
        .. NamedBy(method.MethodReturnType),
        .. method.HasBody ? NamedBy(method.Body) : [],
    ];

    private static IEnumerable<TypeReference?> NamedBy(MethodBody body) =>
    [
        .. body.Variables.Select(variable => variable.VariableType),
        .. body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. body.Instructions.SelectMany(instruction => instruction.Operand switch
        {
            TypeReference type => [type],
            FieldReference field => [field.DeclaringType, field.FieldType],
            MethodReference method => Signature(method),
            CallSite site => Signature(site),
            _ => Enumerable.Empty<TypeReference?>(),
        }),
    ];

    private static IEnumerable<TypeReference?> NamedBy(ICustomAttributeProvider provider) => provider.CustomAttributes.SelectMany(attribute =>
        Signature(attribute.Constructor).Concat(
            attribute.ConstructorArguments.Concat(attribute.Properties.Concat(attribute.Fields).Select(named => named.Argument)).SelectMany(NamedBy)));

    private static IEnumerable<TypeReference?> NamedBy(CustomAttributeArgument argument) => argument.Value switch
    {
        TypeReference type => [argument.Type, type],
        CustomAttributeArgument[] several => several.SelectMany(NamedBy).Append(argument.Type),
        CustomAttributeArgument boxed => NamedBy(boxed),
        _ => [argument.Type],
    };

    private static IEnumerable<TypeReference?> NamedBy(IEnumerable<GenericParameter> parameters) =>
        parameters.SelectMany(parameter => parameter.Constraints.Select(constraint => constraint.ConstraintType).Concat(NamedBy((ICustomAttributeProvider)parameter)));

    private static IEnumerable<TypeReference?> Signature(IMethodSignature method) =>
    [
        (method as MethodReference)?.DeclaringType,
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
    ];

    // A list of arrays of something is a use of list, of array and of something.
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Concat(Parts(generic.ElementType)),
        FunctionPointerType pointer => Signature(pointer).SelectMany(Parts),
        RequiredModifierType modified => Parts(modified.ModifierType).Concat(Parts(modified.ElementType)),
        OptionalModifierType modified => Parts(modified.ModifierType).Concat(Parts(modified.ElementType)),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
