using System.Buffers;
using System.Text;
using System.Text.Json;
using MaaS.Registry.Studies;

namespace MaaS.Training.Tuning;

/// <summary>Writes a study's result as JSON, names in snake_case.</summary>
internal static class StudyResultJson
{
    public static string Write(StudyResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("study", result.Name);
            json.WriteStartArray("objectives");
            foreach (var objective in result.Objectives)
            {
                json.WriteStartObject();
                json.WriteString("name", objective.Name);
                json.WriteString("direction", objective.Direction.ToString().ToLowerInvariant());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("space");
            foreach (var parameter in result.Space.Parameters)
            {
                json.WriteStringValue(parameter.ToString());
            }

            json.WriteEndArray();
            json.WriteStartArray("best");
            foreach (var best in result.Objectives.Count > 1 ? result.Front : result.Best is { } one ? [one] : [])
            {
                json.WriteNumberValue(best.Number);
            }

            json.WriteEndArray();
            json.WriteStartArray("trials");
            foreach (var trial in result.Trials)
            {
                Write(json, trial);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, TrialRecord trial)
    {
        json.WriteStartObject();
        json.WriteNumber("number", trial.Number);
        json.WriteString("state", trial.State.ToString().ToLowerInvariant());
        Write(json, "parameters", trial.Parameters ?? new Dictionary<string, ParameterValue>());
        json.WriteStartArray("values");
        foreach (var value in trial.Values ?? [])
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
        Write(json, "attributes", trial.Attributes);
        Text(json, "origin", trial.Origin);
        Text(json, "note", trial.Note);
        json.WriteNumber("attempts", trial.Attempts);
        Text(json, "worker", trial.Worker);
        Text(json, "started", trial.Started?.ToString("O"));
        Text(json, "ended", trial.Ended?.ToString("O"));
        json.WriteEndObject();
    }

    private static void Write(
        Utf8JsonWriter json, string name, IReadOnlyDictionary<string, ParameterValue> values)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(ParameterText.Write(values));
    }

    private static void Text(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
