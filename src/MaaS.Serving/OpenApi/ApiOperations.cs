namespace MaaS.Serving.OpenApi;

/// <summary>The operations of every protocol by method and route.</summary>
internal static class ApiOperations
{
    private static readonly (string Method, string Route, ApiOperation Operation)[] All =
    [
        .. OpenInferenceOperations.All(), .. TensorFlowOperations.All(), .. TorchServeOperations.All(),
        .. OpenAiOperations.All(), .. ServerOperations.All(), .. CatalogueOperations.All(),
    ];

    /// <summary>The operation of an endpoint, whatever the prefix of its route; null where there is none.</summary>
    public static ApiOperation? Find(string method, string route)
        => All.Where(o => o.Method == method && route.EndsWith(o.Route, StringComparison.Ordinal))
            .OrderByDescending(static o => o.Route.Length).FirstOrDefault().Operation;
}
