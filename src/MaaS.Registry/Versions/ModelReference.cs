using System.Globalization;
using MaaS.Core.Packages;

namespace MaaS.Registry.Versions;

/// <summary>Names a version: <c>digits/3</c>, <c>digits@champion</c>, <c>digits@production</c>, or <c>digits</c> for
/// the newest.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">The version; null where an alias, a stage or the newest is meant.</param>
/// <param name="Alias">An alias, or <c>production</c>; null where a number or the newest is meant.</param>
public sealed record ModelReference(string Name, long? Version = null, string? Alias = null)
{
    /// <summary>The alias that every model has: its version in production.</summary>
    public const string Production = "production";

    /// <summary>Reads a reference.</summary>
    /// <exception cref="FormatException">It is none; the message shows the forms.</exception>
    public static ModelReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Split('@') is [var named, var alias] && ModelNames.IsValid(named) && ModelNames.IsValid(alias))
        {
            return new ModelReference(named, Alias: alias);
        }

        if (text.Split('/') is [var numbered, var number] && ModelNames.IsValid(numbered)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0)
        {
            return new ModelReference(numbered, version);
        }

        return ModelNames.IsValid(text) ? new ModelReference(text) : throw new FormatException(
            $"expected NAME, NAME/VERSION or NAME@ALIAS with names of {ModelNames.Rule}, got '{text}'.");
    }

    /// <summary>As it is read.</summary>
    public override string ToString()
        => Version is { } version ? string.Create(CultureInfo.InvariantCulture, $"{Name}/{version}")
            : Alias is { } alias ? $"{Name}@{alias}" : Name;
}
