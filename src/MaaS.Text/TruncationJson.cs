using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text;

/// <summary>The member <c>truncation</c>.</summary>
internal static class TruncationJson
{
    public static Truncation? Read(ComponentJson json)
    {
        if (json.IsNull)
        {
            return null;
        }

        return new(json.Int("max_length"))
        {
            Strategy = Enum.TryParse<TruncationStrategy>(
                json.String("strategy", nameof(TruncationStrategy.LongestFirst)), out var strategy)
                ? strategy : throw json.Member("strategy").Fault("LongestFirst, OnlyFirst or OnlySecond"),
            Stride = json.Int("stride", 0),
            Side = ReadSide(json),
        };
    }

    public static void Write(Utf8JsonWriter writer, Truncation? truncation)
    {
        if (truncation is null or { MaxLength: int.MaxValue })
        {
            writer.WriteNull("truncation");
            return;
        }

        writer.WriteStartObject("truncation");
        writer.WriteString("direction", truncation.Side.ToString());
        writer.WriteNumber("max_length", truncation.MaxLength);
        writer.WriteString("strategy", truncation.Strategy.ToString());
        writer.WriteNumber("stride", truncation.Stride);
        writer.WriteEndObject();
    }

    /// <summary>Reads a <c>direction</c>.</summary>
    public static Side ReadSide(ComponentJson json) =>
        Enum.TryParse<Side>(json.String("direction", nameof(Side.Right)), out var side)
            ? side : throw json.Member("direction").Fault("Left or Right");
}
