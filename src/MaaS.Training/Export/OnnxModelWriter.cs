using MaaS.Onnx;
using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>Writes a traced program as an ONNX model: inputs, weights, operators, outputs, metadata.</summary>
internal static class OnnxModelWriter
{
    /// <summary>The model, and the sizes that it computes.</summary>
    public static (OnnxModel Model, IReadOnlyCollection<SizeExpression> Sizes) Write(
        TracedProgram program, ExampleInputs inputs, IReadOnlyList<(string Name, Tensor Tensor)> state,
        SizeFit fit, IReadOnlyList<string> outputNames, OnnxExportOptions options, int opset, nn.Module module)
    {
        var builder = new GraphBuilder(options.GraphName ?? module.GetName(), opset);
        var graph = new ExportGraph(builder, options.Lowerings, fit);

        // Names that the user chose are taken first, so that no node's name can push them aside.
        foreach (string name in outputNames)
        {
            builder.UniqueName(name);
        }

        for (int i = 0; i < program.Inputs.Count; i++)
        {
            var value = program.Inputs[i];
            if (i < inputs.Names.Count)
            {
                builder.AddInput(inputs.Names[i], value.Type, value.Shape.Select(graph.Sizes.Dimension));
                graph.Define(value, inputs.Names[i]);
            }
            else
            {
                var (name, tensor) = state[i - inputs.Names.Count];
                builder.AddInitializer(TorchTensorReader.Read(tensor, name));
                graph.Define(value, name, isConstant: true);
            }
        }
        foreach (var op in program.Operators)
        {
            graph.Lower(op);
        }

        builder.Scope = "";
        for (int i = 0; i < program.Outputs.Count; i++)
        {
            AddOutput(graph, program.Outputs[i], outputNames[i]);
        }

        var model = builder.Build();
        model.SetModules(Modules(module));
        foreach (var (key, value) in options.Metadata)
        {
            model.SetMetadata(key, value);
        }

        return (model, graph.Sizes.Used);
    }

    private static Dictionary<string, string> Modules(nn.Module module)
    {
        var tree = new Dictionary<string, string> { [""] = module.GetType().Name };
        foreach (var (path, submodule) in module.named_modules())
        {
            tree[path] = submodule.GetType().Name;
        }

        return tree;
    }

    // The node that makes the value takes the output's name, unless something else needs the value's own.
    private static void AddOutput(ExportGraph graph, Argument output, string name)
    {
        var builder = graph.Builder;
        var tensor = output switch
        {
            Argument.Computed computed => graph.Read(computed.Id),
            Argument.Constant constant => graph.Constant(constant),
            _ => null,
        } ?? throw new OnnxExportException(
            $"export: the output '{name}' is no tensor that the operators of forward made");
        bool taken = builder.Graph.Output.Any(other => other.Name == tensor.Name);
        var maker = builder.Graph.Node.LastOrDefault(node => node.Output.Contains(tensor.Name));
        if (maker is null || taken)
        {
            builder.Node("Identity", [tensor.Name]);
            maker = builder.Graph.Node[^1];
            maker.Output[0] = name;
        }
        else
        {
            maker.Output[maker.Output.IndexOf(tensor.Name)] = name;
            builder.Graph.ReplaceUses(new Dictionary<string, string> { [tensor.Name] = name });
        }
        graph.Rename(tensor.Name, name);
        builder.AddOutput(name, tensor.Type, tensor.Shape.Select(graph.Sizes.Dimension));
    }
}
