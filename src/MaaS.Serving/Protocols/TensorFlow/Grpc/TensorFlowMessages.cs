using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>Answers TensorFlow Serving's inference messages, whichever way they came.</summary>
internal sealed class TensorFlowMessages(InferenceCalls calls)
{
    private const string Classify = "tensorflow/serving/classify";
    private const string Regress = "tensorflow/serving/regress";

    /// <summary>Runs a model on whole tensors.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT, with what was expected.</exception>
    public async Task<PredictResponse> PredictAsync(
        PredictRequest request, ModelReference reference, RequestContext client, CancellationToken cancellationToken)
    {
        if (request.OutputFilter.Distinct(StringComparer.Ordinal).Count() != request.OutputFilter.Count)
        {
            throw RequestException.BadRequest(
                $"output_filter: expected each output once, got [{string.Join(", ", request.OutputFilter)}]");
        }

        using var call = await calls.BeginAsync(reference, client, cancellationToken).ConfigureAwait(false);
        foreach (var (name, tensor) in request.Inputs)
        {
            call.Tensors.Complete(call.Tensors.IndexOf(name), TensorProtos.Read(name, tensor));
        }

        await call.RunAsync(request.OutputFilter.Count > 0 ? [.. request.OutputFilter] : null, cancellationToken)
            .ConfigureAwait(false);
        var response = new PredictResponse { ModelSpec = ModelSpecs.Of(call.Model) };
        for (var i = 0; i < call.Outputs.Count; i++)
        {
            response.Outputs.Add(call.Outputs.Specs[i].Name, TensorProtos.Write(call.Outputs[i]));
        }

        return response;
    }

    /// <summary>Label and score of every class for each example.</summary>
    public async Task<ClassificationResponse> ClassifyAsync(
        ClassificationRequest request, RequestContext client, CancellationToken cancellationToken)
    {
        var (spec, results) = await RunAsync(request.ModelSpec, [Classify], request.Input, client, cancellationToken)
            .ConfigureAwait(false);
        return new ClassificationResponse { ModelSpec = spec, Result = results[0].ClassificationResult };
    }

    /// <summary>One value for each example.</summary>
    public async Task<RegressionResponse> RegressAsync(
        RegressionRequest request, RequestContext client, CancellationToken cancellationToken)
    {
        var (spec, results) = await RunAsync(request.ModelSpec, [Regress], request.Input, client, cancellationToken)
            .ConfigureAwait(false);
        return new RegressionResponse { ModelSpec = spec, Result = results[0].RegressionResult };
    }

    /// <summary>Several of these from one run of a model.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT: no task, tasks of several models, or one twice.</exception>
    public async Task<MultiInferenceResponse> MultiInferenceAsync(
        MultiInferenceRequest request, RequestContext client, CancellationToken cancellationToken)
    {
        if (request.Tasks.Count == 0)
        {
            throw RequestException.BadRequest("tasks: expected at least one, got none");
        }

        var models = request.Tasks.Select(t => ModelSpecs.Reference(t.ModelSpec)).Distinct().ToArray();
        var methods = request.Tasks.Select(t => t.MethodName).ToArray();
        if (models.Length > 1 || methods.Distinct(StringComparer.Ordinal).Count() < methods.Length)
        {
            throw RequestException.BadRequest(
                "tasks: expected one model and each method once, got "
                    + $"[{string.Join(", ", models.Select(m => m.Name))}] and [{string.Join(", ", methods)}]");
        }

        var (_, results) = await RunAsync(request.Tasks[0].ModelSpec, methods, request.Input, client, cancellationToken)
            .ConfigureAwait(false);
        return new MultiInferenceResponse { Results = { results } };
    }

    private async Task<(ModelSpec Spec, InferenceResult[] Results)> RunAsync(
        ModelSpec? asked, string[] methods, Input? input, RequestContext client, CancellationToken cancellationToken)
    {
        using var call = await calls.BeginAsync(ModelSpecs.Reference(asked), client, cancellationToken)
            .ConfigureAwait(false);
        var names = methods.Select(method => OutputOf(method, call.Model)).ToArray();
        var rows = ExampleMessages.Read(input, call.Tensors);
        await call.RunAsync([.. names.Distinct(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);
        ExampleOutputs.ThrowIfNoRows("examples", call.Outputs, rows);
        var spec = ModelSpecs.Of(call.Model);
        return (spec, [.. methods.Select((method, i) => Result(call, method, names[i], spec))]);
    }

    private static string OutputOf(string method, ServedModel model) => method switch
    {
        Classify => ExampleOutputs.ScoresOf(model).Name,
        Regress => ExampleOutputs.ValuesOf(model).Name,
        _ => throw RequestException.BadRequest($"method_name: expected {Classify} or {Regress}, got '{method}'"),
    };

    private static InferenceResult Result(InferenceCall call, string method, string output, ModelSpec spec)
    {
        var index = 0;
        while (call.Outputs.Specs[index].Name != output)
        {
            index++;
        }

        var result = new InferenceResult { ModelSpec = spec };
        if (method == Classify)
        {
            result.ClassificationResult = new ClassificationResult();
            foreach (var classes in ExampleOutputs.Classes(call.Model, call.Outputs[index]))
            {
                result.ClassificationResult.Classifications.Add(
                    new Classifications
                    {
                        Classes = { classes.Select(c => new Class { Label = c.Label, Score = c.Score }) },
                    });
            }
        }
        else
        {
            result.RegressionResult = new RegressionResult();
            foreach (var value in call.Outputs[index].AsSpan<float>())
            {
                result.RegressionResult.Regressions.Add(new Regression { Value = value });
            }
        }

        return result;
    }
}
