using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Cli.Trust;

/// <summary>Answers as JSON.</summary>
internal static class TrustOutput
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Print<T>(bool asJson, T value, Func<T, string> text)
        => Console.WriteLine(asJson ? JsonSerializer.Serialize(value, Json) : text(value).TrimEnd('\n'));
}
