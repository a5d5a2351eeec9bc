using System.Globalization;
using System.Text.Json.Nodes;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace MaaS.Serving.OpenApi;

/// <summary>Describes every endpoint that asks for a scope: what is mapped is what is described.</summary>
internal sealed class ServingDocument(EndpointDataSource endpoints) : IOpenApiDocumentTransformer
{
    private const string ApiKey = "apiKey";
    private const string Bearer = "bearer";

    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "MaaS";
        document.Info.Description =
            "Model serving: the Open Inference Protocol, and the REST interfaces of TensorFlow Serving, TorchServe and "
                + "OpenAI.";
        document.Paths ??= [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[ApiKey] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Api-Key",
        };
        document.Components.SecuritySchemes[Bearer] =
            new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" };

        foreach (var endpoint in endpoints.Endpoints.OfType<RouteEndpoint>())
        {
            var scope = endpoint.Metadata.GetMetadata<ScopeMetadata>()?.Scope;
            var route = "/" + endpoint.RoutePattern.RawText?.TrimStart('/');
            foreach (var method in scope is null
                ? [] : endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            {
                if (ApiOperations.Find(method, route) is { } operation)
                {
                    Add(document, route, method, Describe(document, endpoint, operation, scope!.Value));
                }
            }
        }

        return Task.CompletedTask;
    }

    private static void Add(OpenApiDocument document, string route, string method, OpenApiOperation operation)
    {
        if (!document.Paths.TryGetValue(route, out var path))
        {
            document.Paths[route] = path = new OpenApiPathItem();
        }

        ((OpenApiPathItem)path).AddOperation(new HttpMethod(method), operation);
    }

    private static OpenApiOperation Describe(
        OpenApiDocument document, RouteEndpoint endpoint, ApiOperation operation, ServingScope scope)
    {
        var described = new OpenApiOperation
        {
            OperationId = operation.Id,
            Summary = operation.Summary,
            Description = operation.Description,
            Tags = new HashSet<OpenApiTagReference> { new(operation.Protocol, document) },
            Parameters = [
                .. endpoint.RoutePattern.Parameters.Select(p => Parameter(p.Name, ParameterLocation.Path, null)),
                .. operation.Query.Select(q => Parameter(q.Name, ParameterLocation.Query, q.Meaning))],
            Responses = [],
        };
        document.Tags ??= new HashSet<OpenApiTag>();
        if (document.Tags.All(t => t.Name != operation.Protocol))
        {
            document.Tags.Add(new OpenApiTag { Name = operation.Protocol });
        }

        if (operation.Request is { } request)
        {
            var content = Json(request);
            foreach (var other in operation.OtherBodies)
            {
                content[other] = Binary();
            }

            described.RequestBody = new OpenApiRequestBody { Content = content };
        }

        var answer = operation.Response is { } response ? Json(response, operation.AnswerType) : null;
        if (operation.OtherAnswer is { } otherAnswer)
        {
            answer![otherAnswer] = Binary();
        }

        described.Responses["200"] = new OpenApiResponse { Description = "Success.", Content = answer };
        int[] refusals = scope == ServingScope.None ? [] : [401, 403, 429];
        foreach (var status in operation.Errors.Concat(refusals).Distinct().Order())
        {
            var name = ReasonPhrases.GetReasonPhrase(status);
            described.Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = name + ".",
                Content = Json(operation.HasTorchServeErrors
                    ? $$"""{"code":{{status}},"type":"BadRequestException","message":"expected …, got …"}"""
                    : operation.HasOpenAiErrors
                    ? """{"error":{"message":"expected …","type":"invalid_request_error","param":"model","code":"…"}}"""
                    : """{"error":"expected …, got …"}"""),
            };
        }

        if (scope != ServingScope.None)
        {
            described.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKey, document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            ];
        }

        return described;
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation location, string? meaning) => new()
    {
        Name = name,
        In = location,
        Required = location == ParameterLocation.Path,
        Description = meaning,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static Dictionary<string, OpenApiMediaType> Json(string example, string type = "application/json")
    {
        var node = JsonNode.Parse(example);
        return new() { [type] = new OpenApiMediaType { Schema = ApiSchemas.Of(node), Example = node } };
    }

    private static OpenApiMediaType Binary()
        => new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
}
