using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace MaaS.LibTorch.Tests;

/// <summary>The public types and members of an assembly as lines of text, which two assemblies can be compared by.</summary>
internal static class ApiSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static HashSet<string> Of(Assembly assembly) =>
        [.. Types(assembly).Where(IsVisible).SelectMany(type => Members(type).Prepend(Header(type)))];

    // A type whose own dependencies are not there cannot be loaded; it is of no interest here.
    private static IEnumerable<Type> Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }

    private static bool IsVisible(Type type) => type.IsNested
        ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
        : type.IsPublic;

    private static string Header(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : "class";
        var modifiers = type is { IsAbstract: true, IsSealed: true } ? "static "
            : type.IsAbstract && kind == "class" ? "abstract "
            : type.IsSealed && kind == "class" ? "sealed " : "";
        var parent = type.BaseType is null || kind != "class" ? "" : " : " + Name(type.BaseType);
        return $"{modifiers}{kind} {Name(type)}{parent}{Constraints(type.GetGenericArguments())}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        foreach (var member in type.GetMembers(Declared))
            if (Describe(member) is { } text)
                yield return $"{Name(type)}: {text}";
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        // Overrides add nothing that a caller could not call before.
        MethodInfo m when IsVisible(m) && !IsAccessor(m) && m.GetBaseDefinition() == m =>
            $"{Modifiers(m)}{Result(m.ReturnParameter)} {m.Name}{Generics(m)}({Parameters(m)})"
            + Constraints(m.IsGenericMethod ? m.GetGenericArguments() : []),
        // No caller can tell a public constructor of an abstract class from a protected one.
        ConstructorInfo { IsStatic: false } c when IsVisible(c) =>
            $"{(c.DeclaringType!.IsAbstract ? "" : Access(c))}new({Parameters(c)})",
        PropertyInfo p when Accessor(p) is { } accessor && accessor.GetBaseDefinition() == accessor =>
            $"{Modifiers(accessor)}{Name(p.PropertyType)} {p.Name}[{Parameters(p.GetIndexParameters())}]"
            + (p.GetMethod is { } get && IsVisible(get) ? " get" : "") + (p.SetMethod is { } set && IsVisible(set) ? " set" : ""),
        FieldInfo f when f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly =>
            $"{(f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}"
            + (f.IsLiteral ? " = " + Constant(f.GetRawConstantValue()) : f.IsInitOnly ? " readonly" : ""),
        EventInfo e when IsVisible(e.AddMethod!) => $"event {Name(e.EventHandlerType!)} {e.Name}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static MethodInfo? Accessor(PropertyInfo property) =>
        new[] { property.GetMethod, property.SetMethod }.FirstOrDefault(m => m is not null && IsVisible(m));

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    // What overrides an abstract method overrides a virtual one.
    private static string Modifiers(MethodInfo method) => Access(method) +
        (method.IsStatic ? "static " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Result(ParameterInfo result)
    {
        var names = result.GetCustomAttributesData()
            .Where(a => a.AttributeType.Name == nameof(TupleElementNamesAttribute))
            .SelectMany(a => (IEnumerable<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!);
        return $"{Name(result.ParameterType)}{string.Join(',', names.Select(n => n.Value))}";
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(g => g.Name))}>" : "";

    private static string Constraints(Type[] arguments) => string.Concat(arguments
        .Where(a => a.IsGenericParameter)
        .Select(a => (a.Name, Rules: a.GenericParameterAttributes & GenericParameterAttributes.SpecialConstraintMask,
            Types: a.GetGenericParameterConstraints().Select(Name)))
        .Where(a => a.Rules != 0 || a.Types.Any())
        .Select(a => $" where {a.Name} : {a.Rules} {string.Join(", ", a.Types)}"));

    private static string Parameters(MethodBase method) => Parameters(method.GetParameters());

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(p =>
    {
        var spread = p.GetCustomAttributesData().Any(a => a.AttributeType.Name == nameof(ParamArrayAttribute));
        var value = p.IsOptional ? " = " + Constant(p.RawDefaultValue) : "";
        return $"{(spread ? "params " : p.IsOut ? "out " : "")}{Name(p.ParameterType)} {p.Name}{value}";
    }));

    private static string Constant(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Name(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (type.HasElementType)
        {
            var suffix = type.IsArray ? $"[{new string(',', type.GetArrayRank() - 1)}]" : type.IsByRef ? "&" : "*";
            return Name(type.GetElementType()!) + suffix;
        }
        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
