using MaaS.Onnx.Inference;


namespace MaaS.Core.InputData;

/// <summary>Whether the inputs of one run fit a model.</summary>
internal static class InputCheck
{
    /// <summary>Returns the inputs.</summary>
    /// <exception cref="InvalidDataException">A name, type or shape does not fit; the message says where it was
    /// read.</exception>
    public static IReadOnlyDictionary<string, TensorValue> Check(
        string source, IReadOnlyList<TensorSpec> inputs, IReadOnlyDictionary<string, TensorValue> values)
    {
        if (values.Count != inputs.Count || inputs.Any(input => !values.ContainsKey(input.Name)))
        {
            throw new InvalidDataException(
                $"{source}: expected the inputs {string.Join(", ", inputs.Select(static input => input.Name))}, got "
                + $"{string.Join(", ", values.Keys.DefaultIfEmpty("none"))}");
        }
        foreach (var input in inputs)
        {
            if (input.Mismatch(values[input.Name]) is { } mismatch)
            {
                string mend = values[input.Name].Type != input.Type
                    ? $"; save it with .astype('{input.Type.Name()}')"
                    : "";
                throw new InvalidDataException($"{source}: {mismatch}{mend}");
            }
        }
        return values;
    }
}
