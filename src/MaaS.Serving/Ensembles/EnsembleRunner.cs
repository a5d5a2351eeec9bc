using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;

namespace MaaS.Serving.Ensembles;

/// <summary>
/// Runs the steps of an ensemble one after the other, each through the same path as a request from outside.
/// </summary>
/// <param name="name">The ensemble.</param>
/// <param name="plan">What to run.</param>
/// <param name="models">Leases the steps' models, for one step at a time.</param>
/// <param name="executor">Runs a step.</param>
/// <param name="time">Clock of the timings.</param>
internal sealed class EnsembleRunner(
    string name,
    EnsemblePlan plan,
    ModelRepository models,
    IInferenceExecutor executor,
    TimeProvider time) : IModelRunner
{
    public async ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var outputs = Wanted(request.Outputs);
        var tensors = new Dictionary<string, TensorValue>(StringComparer.Ordinal);
        AddInputs(request, tensors);
        List<TensorValue> made = [];
        try
        {
            foreach (var step in plan.Steps)
            {
                await RunStepAsync(step, request, tensors, made, cancellationToken).ConfigureAwait(false);
            }

            var values = outputs.Select(o => tensors[o.Name]).ToArray();
            made.RemoveAll(values.Contains);
            request.Timings.Compute = time.GetElapsedTime(start);
            return new InferenceOutputs(values, outputs);
        }
        finally
        {
            made.ForEach(static t => t.Dispose());
        }
    }

    public void Dispose()
    {
        // Its models are the repository's.
    }

    private void AddInputs(InferenceRequest request, Dictionary<string, TensorValue> tensors)
    {
        var inputs = request.Inputs.Span;
        if (inputs.Length != plan.Inputs.Count)
        {
            throw new ModelInputException(
                $"{name}: expected {plan.Inputs.Count} inputs ({string.Join("; ", plan.Inputs)}), got "
                    + $"{inputs.Length}.");
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (plan.Inputs[i].Mismatch(inputs[i]) is { } mismatch)
            {
                throw new ModelInputException($"{name}: {mismatch}.");
            }

            tensors.Add(plan.Inputs[i].Name, inputs[i]);
        }
    }

    private async Task RunStepAsync(
        EnsembleStep step, InferenceRequest request, Dictionary<string, TensorValue> tensors, List<TensorValue> made,
        CancellationToken cancellationToken)
    {
        if (!request.Context.Caller.MayUse(step.Model))
        {
            throw new RequestException(
                FaultKind.PermissionDenied,
                $"{name}: expected a caller who may use the model of each step, '{request.Context.Caller.Name}' may "
                    + "not");
        }

        using var lease = await models.AcquireAsync(EnsembleLoader.Reference(step), request.Context, cancellationToken)
            .ConfigureAwait(false);
        var model = lease.Model;
        var outputs = step.Outputs.Keys.ToArray();
        try
        {
            var inputs = model.Inputs.Select(i => tensors[step.Inputs[i.Name]]).ToArray();
            var results = await executor.RunAsync(
                new InferenceRequest(model, inputs, request.Context) { Outputs = outputs },
                cancellationToken).ConfigureAwait(false);
            made.AddRange(results);
            for (var i = 0; i < outputs.Length; i++)
            {
                tensors[step.Outputs[outputs[i]]] = results[i];
            }
        }
        catch (Exception e) when (e is ModelInputException or KeyNotFoundException)
        {
            // The request fits the ensemble, so that the fault lies between its steps.
            throw new InferenceException(
                $"{name}: step {step.Model}: expected what the steps before it gave to fit version {model.Version}: "
                    + $"{e.Message}",
                e);
        }
    }

    private IReadOnlyList<TensorSpec> Wanted(IReadOnlyList<string>? names)
        => names is null ? plan.Outputs
            : [.. names.Select(n => plan.Outputs.FirstOrDefault(o => o.Name == n)
                ?? throw new ModelInputException(
                    $"{name}: expected outputs among [{string.Join(", ", plan.Outputs.Select(o => o.Name))}], got "
                        + $"'{n}'."))];
}
