using System.Globalization;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Models;

namespace MaaS.Serving.Ensembles;

/// <summary>Reads an ensemble and checks it against the models of its steps, which are loaded before it.</summary>
/// <param name="models">Where the steps' models are; asked for late, since the repository needs this loader.</param>
/// <param name="executor">Runs steps; asked for late.</param>
/// <param name="time">Clock of the timings.</param>
internal sealed class EnsembleLoader(Func<ModelRepository> models, Func<IInferenceExecutor> executor, TimeProvider time)
    : IEnsembleLoader
{
    public async Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken)
    {
        var definition = EnsembleDefinition.Load(source.Location);
        var specs = new List<(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)>();
        foreach (var step in definition.Steps)
        {
            using var lease = await models().AcquireLoadedAsync(Reference(step), cancellationToken)
                .ConfigureAwait(false);
            if (lease.Model.Model is null)
            {
                throw new InvalidDataException(
                    $"{source.Location}: expected networks as steps, '{step.Model}' is none.");
            }

            specs.Add((lease.Model.Inputs, lease.Model.Outputs));
        }

        var plan = EnsemblePlan.Create(definition, specs);
        var runner = new EnsembleRunner(source.Name, plan, models(), executor(), time);
        return new ServedModel(
            source.Name,
            source.Version,
            model: null,
            manifest: null,
            runner)
        { Inputs = plan.Inputs, Outputs = plan.Outputs };
    }

    /// <summary>Which model a step runs.</summary>
    public static ModelReference Reference(EnsembleStep step)
        => new(step.Model, step.Version?.ToString(CultureInfo.InvariantCulture), step.Label);
}
