// Starts Swagger UI. A file of its own, because the page allows no script inside of it.
SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    validatorUrl: null, // no request to anybody else
});
