using Google.Protobuf.Collections;
using MaaS.Serving.Faults;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>Reads a list of examples: features by the names of the model's inputs, and a context that all
/// share.</summary>
internal static class ExampleMessages
{
    /// <summary>Reads a request.</summary>
    /// <param name="input">The examples.</param>
    /// <param name="tensors">Gets the inputs: one row for each example.</param>
    /// <returns>Number of examples.</returns>
    /// <exception cref="RequestException">INVALID_ARGUMENT, with what was expected.</exception>
    public static int Read(Input? input, RequestTensors tensors)
    {
        var (examples, context) = input switch
        {
            { ExampleList: { } list, ExampleListWithContext: null } => (list.Examples, null),
            { ExampleList: null, ExampleListWithContext: { } list } => (list.Examples, list.Context?.Features?.Feature),
            _ => ([], (MapField<string, Feature>?)null),
        };
        if (examples.Count == 0)
        {
            throw RequestException.BadRequest("examples: expected at least one, got none");
        }

        var columns = new Dictionary<int, FeatureColumn>();
        var seen = new HashSet<int>();
        for (var row = 0; row < examples.Count; row++)
        {
            seen.Clear();
            Add(examples[row].Features?.Feature, row, seen);
            Add(context, row, seen);
            if (columns.Keys.FirstOrDefault(i => !seen.Contains(i), -1) is >= 0 and var missing)
            {
                throw RequestException.BadRequest(
                    $"examples: expected the feature '{tensors.Specs[missing].Name}' in example {row}, it is missing");
            }
        }

        foreach (var (index, column) in columns)
        {
            tensors.Complete(index, column.ToTensor(examples.Count));
        }

        return examples.Count;

        void Add(MapField<string, Feature>? features, int row, HashSet<int> seen)
        {
            foreach (var (name, feature) in features ?? [])
            {
                var index = tensors.IndexOf(name);
                if (!seen.Add(index))
                {
                    throw RequestException.BadRequest(
                        $"examples: expected the feature '{name}' once in example {row} and the context, got it twice");
                }

                if (!columns.TryGetValue(index, out var column))
                {
                    columns[index] = column = row == 0
                        ? new FeatureColumn(tensors.Specs[index]) : throw RequestException.BadRequest(
                        $"examples: expected the same features in all, example {row} has '{name}' and those before "
                            + "have not");
                }

                column.Add(feature, row);
            }
        }
    }
}
