using MaaS.Onnx.Inference;


namespace MaaS.Serving.Ensembles;

/// <summary>
/// An ensemble checked against the models of its steps: what it takes, what it gives, and the order of its runs.
/// </summary>
/// <param name="Inputs">Inputs, each as the steps that read it expect it.</param>
/// <param name="Outputs">Outputs, each as its step promises it.</param>
/// <param name="Steps">The steps, each after those whose outputs it reads.</param>
internal sealed record EnsemblePlan(
    IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, IReadOnlyList<EnsembleStep> Steps)
{
    /// <summary>Checks an ensemble.</summary>
    /// <param name="definition">Sound by itself.</param>
    /// <param name="specs">Inputs and outputs of each step's model, in order of the steps.</param>
    /// <exception cref="InvalidDataException">
    /// Steps form a cycle, or names, types or shapes do not fit: all faults are named.
    /// </exception>
    public static EnsemblePlan Create(
        EnsembleDefinition definition,
        IReadOnlyList<(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)> specs)
    {
        List<string> faults = [];
        var tensors = new Dictionary<string, TensorSpec>(StringComparer.Ordinal);
        for (var i = 0; i < specs.Count; i++)
        {
            CheckNames(definition.Steps[i], specs[i], $"step {i} ({definition.Steps[i].Model})", faults);
            foreach (var output in specs[i].Outputs)
            {
                if (definition.Steps[i].Outputs.TryGetValue(output.Name, out var tensor))
                {
                    tensors[tensor] = output with { Name = tensor };
                }
            }
        }

        for (var i = 0; i < specs.Count; i++)
        {
            foreach (var input in specs[i].Inputs)
            {
                if (definition.Steps[i].Inputs.TryGetValue(input.Name, out var tensor))
                {
                    Connect(
                        tensors,
                        tensor,
                        input,
                        isGiven: definition.Inputs.Contains(tensor, StringComparer.Ordinal),
                        $"step {i} ({definition.Steps[i].Model})",
                        faults);
                }
            }
        }

        faults.AddRange(
            definition.Inputs.Where(n => !tensors.ContainsKey(n)).Select(
                n => $"input '{n}': expected a step that reads it, got none"));
        var order = Order(definition, faults);
        return faults.Count > 0 ? throw new InvalidDataException($"ensemble: {string.Join("; ", faults)}")
            : new EnsemblePlan(
                [.. definition.Inputs.Select(n => tensors[n])], [.. definition.Outputs.Select(n => tensors[n])], order);
    }

    private static void CheckNames(
        EnsembleStep step,
        (IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs) model,
        string where,
        List<string> faults)
    {
        if (!step.Inputs.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(model.Inputs.Select(s => s.Name)))
        {
            faults.Add(
                $"{where}: expected the inputs [{string.Join(", ", model.Inputs.Select(s => s.Name))}], got "
                    + $"[{string.Join(", ", step.Inputs.Keys)}]");
        }

        foreach (var output in step.Outputs.Keys.Where(n => model.Outputs.All(s => s.Name != n)))
        {
            faults.Add(
                $"{where}: expected outputs among [{string.Join(", ", model.Outputs.Select(s => s.Name))}], got "
                    + $"'{output}'");
        }
    }

    /// <summary>Lets a step read a tensor. Of an input of the ensemble, every reader says a bit more.</summary>
    private static void Connect(
        Dictionary<string, TensorSpec> tensors, string tensor, TensorSpec reader, bool isGiven, string where,
        List<string> faults)
    {
        if (!tensors.TryGetValue(tensor, out var known))
        {
            if (isGiven)
            {
                tensors[tensor] = reader with { Name = tensor };
            }

            return;
        }

        if (known.Type != reader.Type || known.Shape.Count != reader.Shape.Count
            || known.Shape.Zip(reader.Shape).Any(s => s is { First: >= 0, Second: >= 0 } && s.First != s.Second))
        {
            faults.Add(
                $"{where}: input '{reader.Name}': expected {reader.Description()}, '{tensor}' is "
                    + $"{known.Description()}");
        }
        else if (isGiven)
        {
            tensors[tensor] = known with { Shape = [.. known.Shape.Zip(reader.Shape, Math.Max)] };
        }
    }

    /// <remarks>Kahn 1962: takes, again and again, the steps whose inputs are all there.</remarks>
    private static List<EnsembleStep> Order(EnsembleDefinition definition, List<string> faults)
    {
        var there = definition.Inputs.ToHashSet(StringComparer.Ordinal);
        List<EnsembleStep> order = [];
        var left = definition.Steps.ToList();
        while (left.FindAll(s => s.Inputs.Values.All(there.Contains)) is { Count: > 0 } next)
        {
            order.AddRange(next);
            left.RemoveAll(next.Contains);
            there.UnionWith(next.SelectMany(s => s.Outputs.Values));
        }

        if (left.Count > 0)
        {
            faults.Add(
                $"expected steps without a cycle, [{string.Join(", ", left.Select(s => s.Model))}] wait for each "
                    + "other's outputs");
        }

        return order;
    }
}
