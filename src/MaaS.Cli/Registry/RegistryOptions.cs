using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Runs;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary>Which registry, who changes it and why, and how answers are printed.</summary>
internal sealed class RegistryOptions
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Option<string> _address = new("--registry")
    {
        Description = $"sqlite:FILE or postgres:Host=…;Contents=FOLDER; Contents may be s3://BUCKET/PREFIX. Default: "
            + $"{RegistryOpening.Variable}, else sqlite:registry.db.",
        HelpName = "address",
        DefaultValueFactory = static _ =>
            Environment.GetEnvironmentVariable(RegistryOpening.Variable) ?? "sqlite:registry.db",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };
    private readonly Option<string> _by = new("--by")
    {
        Description = "Who does this, for the history.",
        HelpName = "name",
        DefaultValueFactory = static _ => Environment.UserName,
    };

    private readonly Option<string?> _reason = new("--reason")
    {
        Description = "Why, for the history.",
        HelpName = "text",
    };

    public void AddTo(Command command, bool changes, bool prints = true)
    {
        command.Options.Add(_address);
        if (prints)
        {
            command.Options.Add(_json);
        }

        if (changes)
        {
            command.Options.Add(_by);
            command.Options.Add(_reason);
        }
    }

    public string Address(ParseResult result) => result.GetRequiredValue(_address);

    public Task<ModelStore> OpenAsync(ParseResult result, CancellationToken cancellationToken)
        => RegistryOpening.OpenAsync(
            Address(result), a => ModelStore.OpenAsync(a, cancellationToken: cancellationToken));

    public Task<RunStore> OpenRunsAsync(ParseResult result, CancellationToken cancellationToken)
        => RegistryOpening.OpenAsync(
            Address(result), a => RunStore.OpenAsync(a, cancellationToken: cancellationToken));

    public Change Change(ParseResult result) => new(result.GetRequiredValue(_by), result.GetValue(_reason));

    /// <summary>Prints a value as JSON where that was asked for, else as text.</summary>
    public void Print<T>(ParseResult result, T value, Func<T, string> text)
        => Console.Write(
            result.GetValue(_json) ? JsonSerializer.Serialize(value, Json) + "\n" : text(value).TrimEnd('\n') + "\n");

    public static ModelReference Reference(string text)
    {
        try
        {
            return ModelReference.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    public static KeyValuePair<string, string> Pair(string text)
        => text.Split('=', 2) is [{ Length: > 0 } name, var value] ? new(name, value)
            : throw new UsageException($"tag: expected NAME=VALUE, got '{text}'.");
}
