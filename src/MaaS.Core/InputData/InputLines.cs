using System.Collections;
using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Core.InputData;

/// <summary>A model's inputs as JSON lines, one run each, read when they are enumerated: <c>{"ids": [[2, 7]], "mask":
/// [[1, 1]]}</c>. Nested arrays are axes; numbers, <c>true</c>, <c>false</c> and texts become what the input's element
/// type says.</summary>
/// <param name="path">A text file in UTF-8; empty lines count for nothing.</param>
/// <param name="inputs">What the model takes.</param>
public sealed class InputLines(string path, IReadOnlyList<TensorSpec> inputs)
    : IEnumerable<IReadOnlyDictionary<string, TensorValue>>
{
    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is no object or does not fit the model; the message names the line
    /// and the input.</exception>
    public IEnumerator<IReadOnlyDictionary<string, TensorValue>> GetEnumerator()
    {
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(line, $"{path}, line {number}");
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IReadOnlyDictionary<string, TensorValue> Parse(string line, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException(
                    $"{source}: expected an object with the inputs' names, got {document.RootElement.ValueKind}");
            }
            var values = new Dictionary<string, TensorValue>();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                var input = inputs.FirstOrDefault(spec => spec.Name == member.Name) ?? throw new InvalidDataException(
                    $"{source}: expected the inputs {string.Join(", ", inputs.Select(static spec => spec.Name))}, "
                    + $"got '{member.Name}'");
                values[input.Name] = JsonTensor.Read(member.Value, input.Type, $"{source}, input '{input.Name}'");
            }
            return InputCheck.Check(source, inputs, values);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{source}: expected a JSON object: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // A string may be sound JSON and yet no Unicode text: "\ud800" is half a pair.
            throw new InvalidDataException($"{source}: expected names and values of Unicode text: {e.Message}", e);
        }
    }
}
