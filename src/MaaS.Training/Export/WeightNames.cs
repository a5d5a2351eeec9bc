using MaaS.Onnx;


namespace MaaS.Training.Export;

/// <summary>Gives constants that were folded from a single parameter (a transposed linear weight, a recurrent weight
/// with its gates in ONNX's order) that parameter's state-dict name, where nothing else carries it.</summary>
internal sealed class WeightNames
{
    private const string Several = "";

    // Which parameter a constant value is made of.
    private readonly Dictionary<string, string> _origins = [];

    /// <param name="model">Before it is optimized.</param>
    /// <param name="parameters">The names of parameters and buffers.</param>
    public WeightNames(OnnxModel model, IEnumerable<string> parameters)
    {
        foreach (string name in parameters)
        {
            _origins[name] = name;
        }

        var constants = model.Graph.Initializer.Select(static tensor => tensor.Name).ToHashSet();
        foreach (var node in model.Graph.Node)
        {
            string[] inputs = [.. node.References()];
            if (!inputs.All(constants.Contains))
            {
                continue;
            }

            constants.UnionWith(node.Output);
            string[] origins = [.. inputs.Where(_origins.ContainsKey).Select(input => _origins[input]).Distinct()];
            if (origins.Length == 0)
            {
                continue;
            }

            foreach (string output in node.Output)
            {
                _origins[output] = origins.Length == 1 ? origins[0] : Several;
            }
        }
    }

    /// <param name="model">After it was optimized.</param>
    public void Restore(OnnxModel model)
    {
        var graph = model.Graph;
        var taken = graph.Initializer.Select(static tensor => tensor.Name)
            .Concat(graph.Output.Select(static output => output.Name)).ToHashSet();
        var renamed = graph.Initializer
            .Where(tensor => _origins.GetValueOrDefault(tensor.Name, Several) is var origin && origin != Several
                && !taken.Contains(origin) && !graph.Output.Any(output => output.Name == tensor.Name))
            .GroupBy(tensor => _origins[tensor.Name]).Where(static copies => copies.Count() == 1)
            .ToDictionary(static copies => copies.Single().Name, static copies => copies.Key);
        graph.ReplaceUses(renamed);
        foreach (var tensor in graph.Initializer)
        {
            tensor.Name = renamed.GetValueOrDefault(tensor.Name, tensor.Name);
        }

        foreach (var value in graph.ValueInfo.Where(value => renamed.ContainsKey(value.Name)).ToList())
        {
            graph.ValueInfo.Remove(value);
        }
    }
}
